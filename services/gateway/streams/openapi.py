"""The OpenAPI 3.1 document of the doors that answer over HTTP."""

from collections.abc import Mapping
from typing import Any

from services.chassis.http.problems import PROBLEM_SCHEMA, PROBLEM_TYPE
from services.gateway.streams.asking import LONGEST_WAIT, MOST_MESSAGES, USUAL_MESSAGES
from services.gateway.streams.channels import STREAMS
from services.gateway.streams.contracts import stream_contracts
from services.gateway.streams.envelope_schema import any_event, example_of

_TOKEN = "1.42.0123456789abcdef"  # noqa: S105 - where somebody has read to, no secret
_PROBLEMS: Mapping[str, str] = {
    "400": "The request cannot be read.",
    "401": "The request does not prove who sends it.",
    "403": "The token is not for streams, or the channel's unit is not the caller's.",
    "404": "There is no such channel.",
    "410": "The token is stale: `params` say how to go on.",
    "413": "The request is too large.",
    "422": "A parameter is wrong.",
    "429": "Too many requests or open lines; Retry-After says when to come back.",
    "500": "The product failed.",
    "503": "Try again; Retry-After says when.",
}
_OPEN_PROBLEMS = ("400", "413", "429", "500", "503")
_CLOSED_PROBLEMS = tuple(status for status in _PROBLEMS if status not in {"404", "410"})
_CHANNEL_PROBLEMS = tuple(status for status in _PROBLEMS if status != "410")

Said = dict[str, Any]


def openapi_document() -> Said:
    """Write the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CCHC streams",
            "version": "v1",
            "description": "Channels of public messages, each complete and provably so. The messages themselves are"
            " described at `/streams/v1/asyncapi.json`.",
        },
        "tags": [{"name": "streams", "description": "One log, several doors."}],
        "paths": _paths(),
        "components": {
            "schemas": {"Problem": PROBLEM_SCHEMA, "Event": any_event(), **_schemas()},
            "securitySchemes": {"accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _paths() -> Said:
    open_documents = {
        "openapi.json": "Describe these doors",
        "asyncapi.json": "Describe the messages",
        "chain.json": "Describe the rolling hash, with test vectors",
    }
    return {
        "/streams/v1": {"get": _operation("List the channels that the caller may read", "Discovery", _CLOSED_PROBLEMS)},
        **{f"/streams/v1/{name}": {"get": _open_document(summary)} for name, summary in open_documents.items()},
        "/streams/v1/{channel}": {"parameters": [_channel()], "get": _feed()},
        "/streams/v1/{channel}/snapshot": {"parameters": [_channel()], "get": _snapshot()},
        "/streams/v1/{channel}/sse": {"parameters": [_channel()], "get": _sse()},
        "/streams/v1/{channel}/completeness": {"parameters": [_channel()], "get": _completeness()},
    }


def _feed() -> Said:
    operation = _operation("Read the messages behind a token, or wait for them", None, tuple(_PROBLEMS))
    batch = {
        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
        "example": [example_of(stream_contracts()[0], "thang-binh")],
    }
    operation["parameters"] = [_after(), _wait(), _limit(), _header("If-None-Match", "The ETag of an answer before.")]
    operation["responses"]["200"] = _answer(
        "The next messages, none when there were none in time.", "application/cloudevents-batch+json", batch
    )
    operation["responses"]["304"] = {"description": "Nothing is there behind the ETag sent."}
    return operation


def _snapshot() -> Said:
    operation = _operation("Read what a channel's messages come to", "Snapshot", _CHANNEL_PROBLEMS)
    form = {"name": "format", "in": "query", "schema": {"enum": ["json", "csv"]}, "description": "Else by Accept."}
    operation["parameters"] = [form]
    operation["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    operation["responses"]["200"]["headers"] = _stamps()
    return operation


def _sse() -> Said:
    operation = _operation("Hear each message as soon as it is there", None, tuple(_PROBLEMS))
    operation["parameters"] = [_after(), _header("Last-Event-ID", "The token of the last message heard.")]
    said = (
        "Server-sent events: each message with its token as id; `heartbeat` with the place reached and the hash there;"
        " `problem` with problem details, after which the line closes."
    )
    operation["responses"]["200"] = {
        "description": said,
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
    return operation


def _completeness() -> Said:
    operation = _operation("Read what a complete subscriber has of a period", "Completeness", _CHANNEL_PROBLEMS)
    period = {"type": "string", "examples": ["2021", "2021-Q2", "2021-06", "2021-06-18"]}
    operation["parameters"] = [{"name": "period", "in": "query", "required": True, "schema": period}]
    operation["responses"]["200"]["headers"] = _stamps()
    return operation


def _operation(summary: str, schema: str | None, problems: tuple[str, ...]) -> Said:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {
        "tags": ["streams"],
        "summary": summary,
        "security": [{"accessToken": []}],
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": content}},
            **{status: _problem(status) for status in problems},
        },
    }


def _open_document(summary: str) -> Said:
    return {
        "tags": ["streams"],
        "summary": summary,
        "security": [],
        "responses": {
            "200": {"description": "The document.", "content": {"application/json": {"schema": {"type": "object"}}}},
            **{status: _problem(status) for status in _OPEN_PROBLEMS},
        },
    }


def _answer(description: str, media_type: str, content: Said) -> Said:
    return {"description": description, "headers": _stamps(), "content": {media_type: content}}


def _problem(status: str) -> Said:
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": _PROBLEMS[status], "content": content}


def _stamps() -> Said:
    text = {"type": "string"}
    return {
        "ETag": {"description": "The token to go on from, in quotes.", "schema": text},
        "Stream-Token": {"description": "The token to go on from.", "schema": text},
        "Link": {"description": 'The address to go on at, as rel="next".', "schema": text},
    }


def _channel() -> Said:
    said = "A stream, or a stream, a point and a unit's id."
    examples = [STREAMS[0], f"{STREAMS[0]}.xa-binh-an"]
    return {
        "name": "channel",
        "in": "path",
        "required": True,
        "description": said,
        "schema": {"type": "string", "examples": examples},
    }


def _after() -> Said:
    said = "The token of the last message read; nothing, or 0, for the beginning."
    return {"name": "after", "in": "query", "description": said, "schema": {"type": "string", "examples": [_TOKEN]}}


def _wait() -> Said:
    schema = {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0}
    return {"name": "wait", "in": "query", "description": "Seconds to wait for news.", "schema": schema}


def _limit() -> Said:
    schema = {"type": "integer", "minimum": 1, "maximum": MOST_MESSAGES, "default": USUAL_MESSAGES}
    return {"name": "limit", "in": "query", "description": "Messages to give at most.", "schema": schema}


def _header(name: str, said: str) -> Said:
    return {"name": name, "in": "header", "description": said, "schema": {"type": "string"}}


def _schemas() -> Said:
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 0}
    place = {"sequence": whole, "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "token": text}
    channel = {"channel": text, "stream": {"enum": list(STREAMS)}, "unit_id": {"type": ["string", "null"]}, **place}
    proof = {
        "channel": text,
        "period": text,
        "since": {"type": "string", "format": "date"},
        "until": {"type": "string", "format": "date"},
        "closed": {
            "type": "boolean",
            "description": "The channel holds something of a later day, so nothing is added to this period any more.",
        },
        "epoch": {"type": "integer"},
        "count": whole,
        "first_sequence": {"type": ["integer", "null"]},
        "last_sequence": {"type": ["integer", "null"]},
        "hash_before": place["hash"],
        "hash_after": place["hash"],
        "head": _object(place),
    }
    return {
        "Discovery": _object({"tenant": text, "channels": {"type": "array", "items": _object(channel)}}),
        "Snapshot": _object(
            {"channel": text, **place, "feed": text, "items": {"type": "array", "items": {"type": "object"}}}
        ),
        "Completeness": _object(proof),
    }


def _object(properties: Said) -> Said:
    return {"type": "object", "required": list(properties), "properties": properties}
