"""Tablets pair, ask for their configuration, and say how they are."""

import json
from typing import Any

from flask import Response, g, request
from joserfc.jwk import ECKey
from marshmallow import EXCLUDE, Schema, fields, validate

from services.chassis.clock import rfc3339
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import NewDevice, SignedDevice, guard, guarded_blueprint, signed_request
from services.chassis.identity import load_device_key, verify_new_key
from services.chassis.identity.refusals import DeviceKeyInvalid
from services.survey.api.service import SIGNATURE_HEADER, configuration_key, signed, survey
from services.survey.domain.device import Device
from services.survey.domain.errors import PairingRefused, UnknownDevice
from services.survey.handlers.reports import Health

MOST_COUNTED = 10_000_000
"""No tablet counts further: so many answers are more than it gives in all its life."""

TEN_YEARS_SECONDS = 10 * 366 * 24 * 3600

# 32 bytes in base64url without padding (RFC 7518, 6.2.1.2).
_COORDINATE = validate.Regexp(r"^[A-Za-z0-9_-]{43}\Z")

blueprint = guarded_blueprint(
    "tablets",
    __name__,
    url_prefix="/api/survey/v1/devices",
    guard=SignedDevice(),
    description="Tablets pair, and say how they are.",
)


class PublicKey(Schema):
    """A P-256 public key; what a browser adds to it is left aside."""

    class Meta:
        """Browsers add `ext` and `key_ops`."""

        unknown = EXCLUDE

    kty = fields.String(required=True, validate=validate.Equal("EC"))
    crv = fields.String(required=True, validate=validate.Equal("P-256"))
    x = fields.String(required=True, validate=_COORDINATE)
    y = fields.String(required=True, validate=_COORDINATE)


class PairingWish(Schema):
    """A pairing code and the key that wants it."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[0-9A-Za-z]{8}\Z"))
    public_jwk = fields.Nested(PublicKey, required=True)


class PairingAnswer(Schema):
    """What a tablet is from now on."""

    device_id = fields.String(required=True)
    configuration = fields.Dict(required=True)
    configuration_key = fields.Dict(required=True)
    configuration_signature = fields.String(required=True)
    server_time = fields.String(required=True)


class ConfigurationAnswer(Schema):
    """The bundle a tablet works by."""

    version = fields.String(required=True)
    device_id = fields.String(required=True)
    one_stop = fields.Dict(required=True)
    counter = fields.Dict(required=True)
    questionnaire = fields.Dict(required=True, allow_none=True)
    timings = fields.Dict(required=True)
    good_sample_percent = fields.Float(required=True)
    business_shift_seconds = fields.Float(required=True)
    demonstration = fields.Boolean(required=True)


class Anchor(Schema):
    """A moment at which the tablet heard the server's time."""

    server = fields.String(required=True)
    mono_ms = fields.Float(required=True)
    rtt_ms = fields.Float(load_default=0.0)


class ClockReading(Schema):
    """What the tablet's clocks say now."""

    mono_ms = fields.Float(required=True)
    wall = fields.String(required=True, validate=validate.Length(max=64))
    anchor = fields.Nested(Anchor, load_default=None, allow_none=True)


class Heartbeat(Schema):
    """How a tablet is."""

    queued = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=MOST_COUNTED))
    last_seq = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=2**53))
    oldest_unsent_seconds = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(min=0, max=TEN_YEARS_SECONDS)
    )
    battery = fields.Float(load_default=None, allow_none=True, validate=validate.Range(min=0, max=1))
    persisted = fields.Boolean(load_default=None, allow_none=True)
    wake_lock_refusals = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=MOST_COUNTED))
    app_version = fields.String(required=True, validate=validate.Length(max=64))
    clock = fields.Nested(ClockReading, load_default=None, allow_none=True)


class HeartbeatAnswer(Schema):
    """The server's time and wishes."""

    server_time = fields.String(required=True)
    wishes = fields.Dict(required=True)
    backed_up_through = fields.Integer(required=True)
    configuration_version = fields.String(required=True)


@blueprint.route("/pair", methods=["POST"])
@guard(NewDevice())
@refuses(PairingRefused, DeviceKeyInvalid)
@blueprint.arguments(PairingWish)
@blueprint.response(201, PairingAnswer)
def pair(sent: dict[str, Any]) -> Response:
    """Register a tablet's key with a one-time code; signed by that key, the code its nonce."""
    service = survey()
    now = service.clock.now()
    jwk = sent["public_jwk"]
    if verify_new_key(signed_request(), public_key=load_device_key(jwk)).upper() != sent["code"].upper():
        raise PairingRefused("The signature's nonce must be the pairing code.")
    device = service.devices.pair(sent["code"], jwk, thumbprint=ECKey.import_key(dict(jwk)).thumbprint(), at=now)
    body = json_answer(service.configurations.of(device)).get_data()
    return json_answer(
        {
            "device_id": device.device_id,
            "configuration": json.loads(body),
            "configuration_key": configuration_key(),
            "configuration_signature": signed(body),
            "server_time": rfc3339(now),
        },
        201,
    )


@blueprint.route("/me/configuration")
@blueprint.response(200, ConfigurationAnswer)
def configuration() -> Response:
    """Give the bundle the tablet works by; its signature stands in the header Configuration-Signature."""
    answer = json_answer(survey().configurations.of(_me()))
    answer.headers[SIGNATURE_HEADER] = signed(answer.get_data())
    answer.set_etag(json.loads(answer.get_data())["version"])
    answer.make_conditional(request)
    return answer


@blueprint.route("/me/heartbeat", methods=["POST"])
@blueprint.arguments(Heartbeat)
@blueprint.response(200, HeartbeatAnswer)
def heartbeat(sent: dict[str, Any]) -> dict[str, Any]:
    """Hear how a tablet is; answer with the server's time, and the ranges to send again."""
    service = survey()
    device = _me()
    now = service.clock.now()
    tablet = service.memory.tablet(device.device_id)
    with tablet.lock:
        state = service.memory.refresh(tablet).state
        through = service.memory.backed_up_through(tablet)
    sent.pop("clock")
    written = sent.pop("last_seq")
    if g.device_is_there:
        service.reports.note(device.device_id, state, now, Health(**sent))
    return {
        "server_time": rfc3339(service.clock.now()),
        "wishes": {"resend": state.sequence.missing(written=written)},
        "backed_up_through": through,
        "configuration_version": service.configurations.of(device)["version"],
    }


def _me() -> Device:
    device = survey().devices.find(g.device_id)
    if device is None:
        raise UnknownDevice(device_id=g.device_id)
    return device
