"""A small service on the base app: notes of people, parcels of devices. What every kind of route looks like."""

from typing import Any

from flask import Flask, Response, g
from marshmallow import Schema, fields, validate

from services.chassis.clock import Clock
from services.chassis.domain import NotFound, StateConflict
from services.chassis.event_store.port import AppendRequest, Outcome, Verdict
from services.chassis.http.app import create_base_app, publish_api
from services.chassis.http.blueprints import GuardedBlueprint, accepts_gzip, refuses
from services.chassis.http.bodies import json_answer, unpacked_body
from services.chassis.http.etags import conditional, required_version, with_etag
from services.chassis.http.guards import (
    Bearer,
    NewDevice,
    Open,
    SignedDevice,
    admit_devices,
    guard,
    guarded_blueprint,
    signed_request,
)
from services.chassis.http.idempotency import StoredAnswer, answer_once, command_key, idempotent
from services.chassis.http.paging import PageQuery, after_cursor, page_of
from services.chassis.identity import (
    DeviceNonces,
    DeviceVerifier,
    RegisteredDevice,
    TokenVerifier,
    load_device_key,
    verify_new_key,
)


class NoteNotFound(NotFound):
    """Raised when no note has that number."""

    code = "demo_note_not_found"
    title = "Không có ghi chú này"


class NoteClosed(StateConflict):
    """Raised when a closed note is changed."""

    code = "demo_note_closed"
    title = "Ghi chú đã đóng"


class NoteFields(Schema):
    text = fields.String(required=True, validate=validate.Length(min=1, max=200))
    stars = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=5))


class Note(Schema):
    number = fields.Integer(required=True)
    text = fields.String(required=True)
    stars = fields.Integer(allow_none=True)


class Notes(Schema):
    items = fields.List(fields.Nested(Note), required=True)
    next = fields.String(allow_none=True, required=True)


class Parcel(Schema):
    received = fields.Integer(required=True)
    device_id = fields.String(required=True)


class Pairing(Schema):
    device_id = fields.String(required=True)
    public_jwk = fields.Dict(required=True)


class Demo:
    """The service's memory: notes with versions, commands by id, devices by id."""

    def __init__(self, clock: Clock) -> None:
        self.notes: list[dict[str, Any]] = []
        self.versions: list[int] = []
        self.commands: dict[object, tuple[bytes, bytes | None]] = {}
        self.devices: dict[str, RegisteredDevice] = {}
        self.nonces = DeviceNonces(b"k" * 32, clock)

    def append(self, request: AppendRequest) -> Verdict:
        """Do as an event store does with a command id."""
        known = self.commands.get(request.command_id)
        if known:
            outcome = Outcome.ALREADY_HAVE if known[0] == request.command_hash else Outcome.CONFLICT
            return Verdict(outcome=outcome, version=0, position=0, result=known[1])
        self.commands[request.command_id] = (request.command_hash, request.result)
        return Verdict(outcome=Outcome.CREATED, version=0, position=len(self.commands), result=request.result)


def a_demo_app(clock: Clock, verifier: TokenVerifier | None = None) -> tuple[Flask, Demo]:
    """Make the app and its memory."""
    demo = Demo(clock)
    app = create_base_app(__name__, title="Demo", verifier=verifier, clock=clock)
    admit_devices(app, DeviceVerifier(nonces=demo.nonces, find_device=demo.devices.get))
    notes = guarded_blueprint(
        "notes", __name__, url_prefix="/api/demo/v1", guard=Bearer("demo:write"), description="Notes of people."
    )
    _add_reading(notes, demo)
    _add_writing(notes, demo)
    publish_api(app, "demo", [notes, _parcels(demo)])
    return app, demo


def _add_reading(blueprint: GuardedBlueprint, demo: Demo) -> None:
    @blueprint.route("/notes")
    @guard(Bearer("demo:read"))
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, Notes)
    def list_notes(query: dict[str, Any]) -> dict[str, Any]:
        """List notes."""
        after = after_cursor(query["cursor"], int)
        rows = [note for note in demo.notes if after is None or note["number"] > after[0]]
        items, following = page_of(rows, query["limit"], key=lambda note: [note["number"]])
        return {"items": items, "next": following}

    @blueprint.route("/notes/<int:number>")
    @guard(Bearer("demo:read"))
    @refuses(NoteNotFound)
    @blueprint.response(200, Note)
    def read_note(number: int) -> Response:
        """Read a note."""
        return with_etag(json_answer(_find(demo, number)), demo.versions[number - 1])


def _add_writing(blueprint: GuardedBlueprint, demo: Demo) -> None:
    @blueprint.route("/notes", methods=["POST"])
    @idempotent
    @blueprint.arguments(NoteFields)
    @blueprint.response(201, Note)
    def write_note(sent: dict[str, Any]) -> Response:
        """Write a note."""
        key = command_key()
        note = {"number": len(demo.notes) + 1, **sent}
        answer = StoredAnswer(status=201, body=note)
        verdict = demo.append(
            AppendRequest(
                stream="notes",
                expected_version=-1,
                facts=(),
                command_id=key.id,
                command_hash=key.hash,
                result=answer.encode(),
            )
        )
        if verdict.outcome is Outcome.CREATED:
            demo.notes.append(note)
            demo.versions.append(0)
        return answer_once(verdict, answer)

    @blueprint.route("/notes/<int:number>", methods=["PUT"])
    @refuses(NoteNotFound, NoteClosed)
    @conditional
    @blueprint.arguments(NoteFields)
    @blueprint.response(200, Note)
    def change_note(sent: dict[str, Any], number: int) -> Response:
        """Change a note."""
        note = _find(demo, number)
        demo.versions[number - 1] = required_version(present=demo.versions[number - 1]) + 1
        note.update(sent)
        return with_etag(json_answer(note), demo.versions[number - 1])


def _parcels(demo: Demo) -> GuardedBlueprint:
    blueprint = guarded_blueprint(
        "parcels", __name__, url_prefix="/api/demo/v1/parcels", guard=SignedDevice(), description="Sent by devices."
    )

    @blueprint.route("/", methods=["POST"])
    @accepts_gzip
    @blueprint.response(200, Parcel)
    def send_parcel() -> Response:
        """Send a parcel of any bytes."""
        return json_answer({"received": len(unpacked_body()), "device_id": g.device_id})

    @blueprint.route("/pair", methods=["POST"])
    @guard(NewDevice())
    @blueprint.arguments(Pairing)
    @blueprint.response(201, Pairing)
    def pair(sent: dict[str, Any]) -> Response:
        """Pair a device."""
        key = load_device_key(sent["public_jwk"])
        verify_new_key(signed_request(), public_key=key)
        demo.devices[sent["device_id"]] = RegisteredDevice(public_key=key)
        return json_answer(sent, 201)

    @blueprint.route("/hours")
    @guard(Open())
    @blueprint.response(200)
    def hours() -> Response:
        """Say when parcels are taken."""
        return json_answer({"open": "07:30"})

    return blueprint


def _find(demo: Demo, number: int) -> dict[str, Any]:
    if not 0 < number <= len(demo.notes):
        raise NoteNotFound("No note has that number.", number=number)
    return demo.notes[number - 1]
