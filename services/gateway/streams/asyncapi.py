"""The AsyncAPI 3 document of the streams, made from the contracts: what comes, through which door, and how it is read."""

from typing import Any

from services.gateway.streams.channels import STREAM_OF_TOPIC, STREAMS
from services.gateway.streams.contracts import Contract, stream_contracts
from services.gateway.streams.envelope_schema import event_of, example_of

TENANT = "thang-binh"
"""The tenant of the examples."""

_INTRODUCTION = """\
Public messages of a tenant, copied into channels: a stream, whole or as it concerns a unit and all that stands under it.
Each channel has a gap-free sequence and a rolling hash of its own, the same at every door, by which a subscriber proves
that nothing is missing. `GET /streams/v1/openapi.json` describes the doors that answer over HTTP,
`GET /streams/v1/chain.json` how the hash is made. Inside a cluster the whole topics can be read from Kafka."""


def asyncapi_document() -> dict[str, Any]:
    """Write the document."""
    contracts = stream_contracts()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "CCHC streams",
            "version": "1.0.0",
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": _servers(),
        "channels": _topic_channels(contracts) | _door_channels(contracts),
        "operations": _operations(),
        "components": {
            "messages": {contract.name: _message(contract) for contract in contracts},
            "securitySchemes": _security(),
        },
    }


def _servers() -> dict[str, Any]:
    return {
        "door": {
            "host": "cchc.example.vn",
            "protocol": "https",
            "description": "The one door of a tenant.",
        },
        "kafka": {
            "host": "kafka.example.vn:9093",
            "protocol": "kafka-secure",
            "description": "The event log, for programs inside the province's own network.",
        },
    }


def _security() -> dict[str, Any]:
    token = "An access token with the scope streams:read, of somebody appointed where the unit stands, or above."  # noqa: S105
    return {
        "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": token},
        "scram": {"type": "scramSha512", "description": "An account whose ACL names the topics."},
    }


def _topic_channels(contracts: tuple[Contract, ...]) -> dict[str, Any]:
    return {
        f"{stream}Topic": {
            "address": topic,
            "title": f"The whole stream {stream}, as a topic",
            "description": "12 partitions, kept for ever; the key is the subject, and the order is kept for each key.",
            "servers": [{"$ref": "#/servers/kafka"}],
            "messages": _messages(contracts, stream),
            "bindings": {"kafka": {"topic": topic, "partitions": 12, "bindingVersion": "0.5.0"}},
        }
        for topic, stream in STREAM_OF_TOPIC.items()
    }


def _door_channels(contracts: tuple[Contract, ...]) -> dict[str, Any]:
    return {
        f"{stream}Door": {
            "address": f"/streams/v1/{stream}{{scope}}",
            "title": f"The stream {stream}, whole or of a unit, over HTTP",
            "description": "As a feed with long polls, or at `/sse` as server-sent events.",
            "servers": [{"$ref": "#/servers/door"}],
            "parameters": {
                "scope": {
                    "description": "Nothing for the whole tenant; else a point and a unit's id.",
                    "examples": ["", ".xa-binh-an"],
                }
            },
            "messages": _messages(contracts, stream),
        }
        for stream in STREAMS
    }


def _messages(contracts: tuple[Contract, ...], stream: str) -> dict[str, Any]:
    return {
        contract.name: {"$ref": f"#/components/messages/{contract.name}"}
        for contract in contracts
        if STREAM_OF_TOPIC[contract.topic] == stream
    }


def _operations() -> dict[str, Any]:
    return {
        f"{stream}{through}": {
            "action": "send",
            "summary": f"A subscriber is told what happens in the stream {stream}.",
            "channel": {"$ref": f"#/channels/{stream}{through}"},
            "security": [{"$ref": f"#/components/securitySchemes/{scheme}"}],
        }
        for stream in STREAMS
        for through, scheme in (("Topic", "scram"), ("Door", "accessToken"))
    }


def _message(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.type,
        "title": contract.schema.get("title", contract.type),
        "summary": contract.schema["description"],
        "contentType": "application/cloudevents+json",
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": event_of(contract),
        },
        "examples": [{"name": "example", "payload": example_of(contract, TENANT)}],
    }
