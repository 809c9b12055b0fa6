"""Facts of units' own systems as CloudEvents 1.0: one or many, structured or binary; each gets a verdict of its own."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote
from uuid import UUID, uuid5

import msgspec
from flask import Response, request
from marshmallow import Schema, ValidationError, fields

from services.chassis.domain import Refusal, Unavailable
from services.chassis.http.blueprints import read_json, refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, current_caller, guarded_blueprint
from services.chassis.http.refusals import BadJson, FieldsInvalid, MediaTypeRefused
from services.tasks.api.forms import Document, ExtensionWish, Progress, UnitNoted, UnitReasoned
from services.tasks.api.reports import ReportForm, report_of
from services.tasks.api.service import ForUnit, acting, tasks
from services.tasks.domain import commands as wish
from services.tasks.domain.intake import EventTaken
from services.tasks.handlers.together import Change

MOST = 100
"""So many events may come in one batch."""

SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
_NAMES = UUID("3d1c6c1e-6a0b-4b0e-8f43-5a5d1b7c9e20")
_REQUIRED = ("specversion", "id", "source", "type")
_LONGEST = 255

blueprint = guarded_blueprint(
    "events",
    __name__,
    url_prefix="/api/tasks/v1/events",
    guard=Bearer("tasks:act"),
    description="Facts of units' own systems.",
)


class Attributes(NamedTuple):
    """What an event says of itself."""

    id: str
    source: str
    type: str
    subject: str
    data: dict[str, Any]


class Taking(NamedTuple):
    """How an event is taken: what its data must be, and what it changes."""

    form: type[Schema]
    changes: Callable[[str, Attributes, dict[str, Any]], list[Change]]


def _of_task(kind: type[wish.UnitAction]) -> Callable[[str, Attributes, dict[str, Any]], list[Change]]:
    return lambda _name, event, told: [tasks().desk.deciding(kind(task_id=event.subject, **told))]


def _evidence(name: str, event: Attributes, told: dict[str, Any]) -> list[Change]:
    more = {**told, "signer": told["signer"] or None}
    return [tasks().desk.deciding(wish.AttachEvidence(task_id=event.subject, evidence_id=name, **more))]


def _report(name: str, _event: Attributes, told: dict[str, Any]) -> list[Change]:
    return tasks().reports.submitting(report_of(name, told))


TAKEN: Mapping[str, Taking] = {
    "cchc.unit.task_accepted.v1": Taking(ForUnit, _of_task(wish.AcceptTask)),
    "cchc.unit.task_refused.v1": Taking(UnitReasoned, _of_task(wish.RefuseTask)),
    "cchc.unit.progress_reported.v1": Taking(Progress, _of_task(wish.ReportProgress)),
    "cchc.unit.evidence_attached.v1": Taking(Document, _evidence),
    "cchc.unit.completion_reported.v1": Taking(UnitNoted, _of_task(wish.ReportCompletion)),
    "cchc.unit.extension_requested.v1": Taking(ExtensionWish, _of_task(wish.RequestExtension)),
    "cchc.unit.report_submitted.v1": Taking(ReportForm, _report),
}
"""Every type of event that is taken; the subject is the task, and the data are what the same command takes over HTTP."""


class Results(Schema):
    """A verdict per event, in order."""

    results = fields.List(fields.Dict(), required=True)


_EVENT = {
    "type": "object",
    "required": list(_REQUIRED),
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string"},
        "type": {"enum": sorted(TAKEN)},
        "subject": {"type": "string", "description": "The task."},
        "data": {"type": "object", "description": "As the same command takes it over HTTP."},
    },
}
_BODY = {
    "required": True,
    "content": {
        SINGLE: {"schema": _EVENT},
        BATCH: {"schema": {"type": "array", "maxItems": MOST, "items": _EVENT}},
        "application/json": {"schema": {"type": "object", "description": "Data; the rest stands in ce- headers."}},
    },
}


@blueprint.route("", methods=["POST"])
@refuses(BadJson, MediaTypeRefused, FieldsInvalid)
@blueprint.doc(requestBody=_BODY)
@blueprint.response(200, Results)
def take_events() -> Response:
    """Take events. One that breaks a rule is refused alone; one that came before is known again."""
    return json_answer({"results": [_verdict(event) for event in _events()]})


def _events() -> list[Any]:
    match request.mimetype:
        case "application/cloudevents+json":
            return [read_json(request.get_data())]
        case "application/cloudevents-batch+json":
            events = read_json(request.get_data())
            if not isinstance(events, list) or len(events) > MOST:
                raise FieldsInvalid(f"A batch is a list of at most {MOST} events.", most=MOST)
            return events
        case "application/json":
            return [_binary()]
        case _:
            raise MediaTypeRefused(f"Send {SINGLE}, {BATCH}, or application/json with ce- headers.")


def _binary() -> dict[str, Any]:
    # What a header cannot say stands in it percent-encoded (CloudEvents HTTP binding 3.1.3.2).
    told = {name: unquote(value) for name in (*_REQUIRED, "subject") if (value := request.headers.get(f"ce-{name}"))}
    return {**told, "data": read_json(request.get_data())}


def _verdict(sent: Any) -> dict[str, Any]:
    named = {name: sent.get(name) for name in ("id", "source")} if isinstance(sent, dict) else {}
    try:
        return {**named, "verdict": _take(_attributes(sent))}
    except ValidationError as error:
        wrong = FieldsInvalid
        return {**named, "verdict": "refused", "code": wrong.code, "title": wrong.title, "errors": error.messages}
    except Unavailable:
        raise
    except Refusal as refusal:
        told = {"code": refusal.code, "title": refusal.title, "detail": refusal.detail}
        return {**named, "verdict": "refused", **told}


def _attributes(sent: Any) -> Attributes:
    if not isinstance(sent, dict):
        raise ValidationError({"event": ["Must be an object."]})
    wrong = {
        name: ["Must be a text of at most 255 characters."]
        for name in (*_REQUIRED, "subject")
        if not isinstance(said := sent.get(name, "" if name == "subject" else None), str) or len(said) > _LONGEST
    }
    if not wrong and sent["specversion"] != "1.0":
        wrong["specversion"] = ["Must be 1.0."]
    if not wrong and sent["type"] not in TAKEN:
        wrong["type"] = [f"Must be one of {', '.join(sorted(TAKEN))}."]
    if not isinstance(sent.get("data"), dict):
        wrong["data"] = ["Must be an object."]
    if wrong or not (sent["id"] and sent["source"]):
        raise ValidationError(wrong or {"id": ["Must be said, as source must."]})
    return Attributes(sent["id"], sent["source"], sent["type"], sent.get("subject", ""), sent["data"])


def _take(event: Attributes) -> str:
    taking = TAKEN[event.type]
    told = acting(taking.form().load(event.data))
    caller = current_caller().subject
    packed = msgspec.json.encode([event.type, event.subject, event.data], order="sorted")
    name = str(uuid5(_NAMES, f"{caller}\n{event.source}\n{event.id}"))
    taken = EventTaken(
        source=event.source,
        event_id=event.id,
        type=event.type,
        digest=hashlib.sha256(packed).hexdigest(),
        by=caller,
        at=told["at"],
    )
    taker = tasks().taker
    return taker.known(name, taken) or taker.take(name, taken, taking.changes(name, event, told))
