"""Staff print and void single-use cards. The codes are shown once, to the printer; only their hashes are kept."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.chassis.ids import new_code
from services.survey.api.service import survey
from services.survey.domain.card_batch import BATCH_ID_LENGTH
from services.survey.domain.commands import PrintCards, VoidCard
from services.survey.domain.errors import InvalidPeriod, UnknownCard, UnknownCardBatch, UnknownCounter
from services.survey.handlers.around import card_hash
from services.survey.handlers.kinds import COUNTER

SECRET_LENGTH = 8

blueprint = guarded_blueprint(
    "cards",
    __name__,
    url_prefix="/api/survey/v1/cards",
    guard=Bearer("survey:admin"),
    description="Single-use cards, one counted ballot each.",
)


class Printing(Schema):
    """How many cards, for which counter, and when they may be spent."""

    counter_id = fields.String(required=True, validate=validate.Length(min=1, max=64))
    count = fields.Integer(required=True, validate=validate.Range(min=1, max=1000))
    valid_from = fields.AwareDateTime(required=True)
    valid_to = fields.AwareDateTime(required=True)


class Printed(Schema):
    """A batch of cards, its codes shown once."""

    batch_id = fields.String(required=True)
    codes = fields.List(fields.String(), required=True)


class Voiding(Schema):
    """Which card counts for nothing, and why."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=64))
    because = fields.String(required=True, validate=validate.Length(min=1, max=500))


class Voided(Schema):
    """How many cards of a batch are void."""

    batch_id = fields.String(required=True)
    voided = fields.Integer(required=True)


@blueprint.route("/", methods=["POST"])
@refuses(UnknownCounter, InvalidPeriod)
@blueprint.arguments(Printing)
@blueprint.response(201, Printed)
def print_cards(sent: dict[str, Any]) -> Response:
    """Make a batch of cards."""
    service = survey()
    if not service.streams.load(COUNTER, sent["counter_id"]).state.exists:
        raise UnknownCounter(counter_id=sent["counter_id"])
    batch_id = new_code(BATCH_ID_LENGTH)
    codes = {batch_id + new_code(SECRET_LENGTH) for _ in range(sent.pop("count"))}
    hashes = tuple(sorted(map(card_hash, codes)))
    service.handle(PrintCards(batch_id=batch_id, card_hashes=hashes, **sent))
    return json_answer({"batch_id": batch_id, "codes": sorted(codes)}, 201)


@blueprint.route("/voided", methods=["POST"])
@refuses(UnknownCardBatch, UnknownCard)
@blueprint.arguments(Voiding)
@blueprint.response(200, Voided)
def void_card(sent: dict[str, Any]) -> Response:
    """Let a card count for nothing."""
    batch_id = sent["code"][:BATCH_ID_LENGTH]
    command = VoidCard(batch_id=batch_id, card_hash=card_hash(sent["code"]), because=sent["because"])
    after = survey().handle(command)
    return json_answer({"batch_id": batch_id, "voided": len(after.state.voided)})
