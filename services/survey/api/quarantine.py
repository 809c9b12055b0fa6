"""Staff look at what lies in quarantine and let it out. Bodies are shown one by one, as evidence."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.event_store.port import ClaimTaken
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, current_caller, guarded_blueprint
from services.chassis.http.paging import PageQuery
from services.survey.api.service import list_answer, survey
from services.survey.domain.commands import QuarantineBallot, ReleaseBallot, ReleaseEnvelope
from services.survey.domain.errors import NotReleasable, UnknownQuarantineItem
from services.survey.projections.quarantine import QUARANTINE

# No stream grows further; a larger number leads to no item.
_VERSION = "<int(max=2147483647):version>"

blueprint = guarded_blueprint(
    "quarantine",
    __name__,
    url_prefix="/api/survey/v1/quarantine",
    guard=Bearer("survey:admin"),
    description="Envelopes and ballots that somebody has to look at.",
)


class Item(Schema):
    """An item of the list. Never a score or a body."""

    item_id = fields.String(required=True)
    kind = fields.String(required=True)
    device_id = fields.String(required=True)
    version = fields.Integer(allow_none=True)
    ballot_id = fields.String(allow_none=True)
    entry_id = fields.String(allow_none=True)
    seq = fields.Integer(allow_none=True)
    because = fields.String(required=True)
    at = fields.String(required=True)


class ItemList(Schema):
    """One page of items."""

    items = fields.List(fields.Nested(Item), required=True)
    next = fields.String(allow_none=True, required=True)


class Envelope(Schema):
    """An envelope as it was sent, and the other body under the same id where there is one."""

    device_id = fields.String(required=True)
    version = fields.Integer(required=True)
    because = fields.String(required=True)
    sha256 = fields.String(required=True)
    body = fields.String(required=True)
    other_body = fields.String(allow_none=True, required=True)


class Hold(Schema):
    """Why a ballot is held back."""

    because = fields.String(required=True, validate=validate.Length(min=1, max=200))


@blueprint.route("/")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, ItemList)
def list_items(query: dict[str, Any]) -> dict[str, Any]:
    """List what lies in quarantine."""
    return list_answer(QUARANTINE, "items", query)


@blueprint.route(f"/envelopes/<device_id>/{_VERSION}")
@refuses(UnknownQuarantineItem)
@blueprint.response(200, Envelope)
def read_envelope(device_id: str, version: int) -> Response:
    """Read an envelope's bytes."""
    desk = survey().desk
    kept = desk.kept_envelope(device_id, version)
    other = desk.first_body(device_id, kept.twin_of) if kept.twin_of else None
    return json_answer(
        {
            "device_id": device_id,
            "version": version,
            "because": kept.because,
            "sha256": kept.receipt.sha256,
            "body": kept.receipt.raw.decode("utf-8", "backslashreplace"),
            "other_body": None if other is None else other.decode("utf-8", "backslashreplace"),
        }
    )


@blueprint.route(f"/envelopes/<device_id>/{_VERSION}/release", methods=["POST"])
@refuses(UnknownQuarantineItem, NotReleasable, ClaimTaken)
@blueprint.response(204)
def release_envelope(device_id: str, version: int) -> None:
    """Let an envelope out as the ballot it holds."""
    command = ReleaseEnvelope(device_id=device_id, version=version, released_by=current_caller().subject)
    survey().desk.release_envelope(command)


@blueprint.route("/ballots/<device_id>/<ballot_id>/release", methods=["POST"])
@refuses(UnknownQuarantineItem)
@blueprint.response(204)
def release_ballot(device_id: str, ballot_id: str) -> None:
    """Let a ballot out."""
    command = ReleaseBallot(device_id=device_id, ballot_id=ballot_id, released_by=current_caller().subject)
    survey().desk.release(command)


@blueprint.route("/ballots/<device_id>/<ballot_id>", methods=["PUT"])
@refuses(UnknownQuarantineItem)
@blueprint.arguments(Hold)
@blueprint.response(204)
def hold_ballot(sent: dict[str, Any], device_id: str, ballot_id: str) -> None:
    """Hold a ballot back by hand."""
    survey().desk.quarantine(QuarantineBallot(device_id=device_id, ballot_id=ballot_id, because=sent["because"]))
