"""Staff administer tablets: pairing codes, bindings, revocation."""

from datetime import timedelta
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.clock import rfc3339
from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import conditional, required_version
from services.chassis.http.guards import Bearer, guard, guarded_blueprint
from services.chassis.http.paging import PageQuery
from services.survey.api.service import list_answer, survey
from services.survey.domain.commands import RevokeDevice
from services.survey.domain.errors import CounterIsClosed, DeviceIsRevoked, UnknownCounter, UnknownDevice
from services.survey.handlers.kinds import DEVICE
from services.survey.projections.devices import DEVICES

blueprint = guarded_blueprint(
    "devices",
    __name__,
    url_prefix="/api/survey/v1/devices",
    guard=Bearer("survey:admin"),
    description="Tablets, as staff administer them.",
)


class CodeWish(Schema):
    """For which counter a tablet is to be paired, and how long the code waits."""

    counter_id = fields.String(required=True, validate=validate.Length(min=1, max=128))
    life_seconds = fields.Integer(load_default=3600, validate=validate.Range(min=60, max=86_400))


class Code(Schema):
    """A pairing code, shown once."""

    code = fields.String(required=True)
    counter_id = fields.String(required=True)
    expires_at = fields.String(required=True)


class Binding(Schema):
    """The counter at which a tablet is to stand."""

    counter_id = fields.String(required=True, validate=validate.Length(min=1, max=128))


class Revocation(Schema):
    """Why a tablet is listened to no more."""

    because = fields.String(required=True, validate=validate.Length(min=1, max=500))


class Device(Schema):
    """A tablet."""

    device_id = fields.String(required=True)
    public_jwk = fields.Dict(required=True)
    bindings = fields.List(fields.Dict(), required=True)
    revoked_at = fields.String(allow_none=True, required=True)


class DeviceList(Schema):
    """One page of tablets."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


@blueprint.route("/")
@guard(Bearer("survey:read"))
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, DeviceList)
def list_devices(query: dict[str, Any]) -> dict[str, Any]:
    """List tablets."""
    return list_answer(DEVICES, "devices", query)


@blueprint.route("/pairing-codes", methods=["POST"])
@refuses(UnknownCounter, CounterIsClosed)
@blueprint.arguments(CodeWish)
@blueprint.response(201, Code)
def issue_code(sent: dict[str, Any]) -> Response:
    """Make a one-time pairing code for a counter."""
    service = survey()
    life = timedelta(seconds=sent["life_seconds"])
    issued = service.devices.issue_code(sent["counter_id"], at=service.clock.now(), life=life)
    body = {"code": issued.code, "counter_id": issued.counter_id, "expires_at": rfc3339(issued.expires_at)}
    return json_answer(body, 201)


@blueprint.route("/<device_id>")
@guard(Bearer("survey:read"))
@refuses(UnknownDevice)
@blueprint.response(200, Device)
def read_device(device_id: str) -> Response:
    """Read a tablet."""
    at = survey().streams.load(DEVICE, device_id)
    return state_answer(at, missing=UnknownDevice(device_id=device_id))


@blueprint.route("/<device_id>/binding", methods=["PUT"])
@refuses(UnknownDevice, DeviceIsRevoked, UnknownCounter, CounterIsClosed)
@conditional
@blueprint.arguments(Binding)
@blueprint.response(200, Device)
def bind_device(sent: dict[str, Any], device_id: str) -> Response:
    """Put a tablet at another counter."""
    service = survey()
    at = service.devices.bind(device_id, sent["counter_id"], at=service.clock.now(), expected=required_version())
    return state_answer(at)


@blueprint.route("/<device_id>/revocation", methods=["POST"])
@refuses(UnknownDevice)
@conditional
@blueprint.arguments(Revocation)
@blueprint.response(200, Device)
def revoke_device(sent: dict[str, Any], device_id: str) -> Response:
    """Listen to a tablet no more."""
    service = survey()
    command = RevokeDevice(device_id=device_id, at=service.clock.now(), because=sent["because"])
    return state_answer(service.devices.revoke(command, expected=required_version()))
