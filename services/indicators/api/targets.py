"""Everybody reads how the targets stand; who leads the plan sets them, and decisions change them."""

from dataclasses import fields as fields_of
from typing import Any

import msgspec
from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import with_etag
from services.chassis.http.guards import Bearer, Open, guard, guarded_blueprint
from services.chassis.streams import Versioned
from services.indicators.api.service import (
    CODE,
    LONGEST_TEXT,
    SLUG,
    TARGET_CODE,
    AskedQuery,
    DocumentSchema,
    asked,
    in_our_time,
    indicators,
    now,
    sources,
)
from services.indicators.api.target_answers import TargetItem, told
from services.indicators.domain.catalogue_events import Aim, Document
from services.indicators.domain.commands import AmendTarget, SetTarget, WithdrawTarget
from services.indicators.domain.errors import (
    TargetExists,
    TargetIncomplete,
    TargetIsWithdrawn,
    UnknownIndicator,
    UnknownTarget,
)
from services.indicators.domain.scales import MOST
from services.indicators.handlers.kinds import INDICATOR, TARGET
from services.indicators.projections.target_board import board, catalogue_of, named_in

OPERATORS = ("eq", "gte", "gt", "lte_rank", "at_least", "document")
_TEXT = validate.Length(max=LONGEST_TEXT)
_VALUE = validate.Range(min=-MOST, max=MOST)

blueprint = guarded_blueprint(
    "targets",
    __name__,
    url_prefix="/api/indicators/v1/targets",
    guard=Bearer("indicators:define"),
    description="Targets of plans: what they ask for, and how they stand.",
)


class ScopeSchema(Schema):
    """For whom: a unit and all below it, or the members of a group."""

    unit_id = fields.String(required=True, validate=SLUG)
    name_vi = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    name_en = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    members = fields.List(fields.String(validate=SLUG), load_default=list, validate=validate.Length(max=500))


class ConditionSchema(Schema):
    """One of the set of which at least so many have to hold."""

    indicator = fields.String(required=True, validate=CODE)
    operator = fields.String(required=True, validate=validate.OneOf(("eq", "gte", "gt", "lte_rank", "document")))
    value = fields.Float(load_default=None, allow_none=True, validate=_VALUE)


class AimSchema(Schema):
    """What a target asks for."""

    text_vi = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))
    text_en = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))
    year = fields.Integer(required=True, strict=True, validate=validate.Range(min=2000, max=2100))
    scope = fields.Nested(ScopeSchema, required=True)
    measurable = fields.Boolean(load_default=True)
    indicator = fields.String(load_default=None, allow_none=True, validate=CODE)
    related = fields.List(fields.String(validate=CODE), load_default=list, validate=validate.Length(max=20))
    operator = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(OPERATORS))
    value = fields.Float(load_default=None, allow_none=True, validate=_VALUE)
    unit = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    conditions = fields.List(fields.Nested(ConditionSchema), load_default=list, validate=validate.Length(max=50))
    why_not_vi = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    why_not_en = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    plan_id = fields.String(load_default=None, allow_none=True, validate=SLUG)
    paragraph = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    owner_unit_id = fields.String(load_default=None, allow_none=True, validate=SLUG)
    note = fields.String(load_default=None, allow_none=True, validate=_TEXT)


class TargetSetting(AimSchema):
    """A new target, in force from a day on."""

    code = fields.String(required=True, validate=TARGET_CODE)
    on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)


class TargetAmendment(AimSchema):
    """What a decision makes of a target, from a day on."""

    on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    decision = fields.Nested(DocumentSchema, required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))


class TargetWithdrawal(Schema):
    """The decision that takes a target back."""

    on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    decision = fields.Nested(DocumentSchema, required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))


class TargetBoard(Schema):
    """Every target as it stands on a day."""

    as_of = fields.String(required=True)
    known_at = fields.String(required=True)
    borders = fields.String(required=True)
    items = fields.List(fields.Nested(TargetItem), required=True)


class OneTarget(TargetItem):
    """A target as it stands, and how decisions changed it."""

    as_of = fields.String(required=True)
    known_at = fields.String(required=True)
    borders = fields.String(required=True)
    versions = fields.List(fields.Dict(), required=True)
    withdrawn = fields.Dict(required=True, allow_none=True)


class TargetState(Schema):
    """A target with all its versions."""

    code = fields.String(required=True)
    versions = fields.List(fields.Dict(), required=True)
    withdrawn = fields.Dict(required=True, allow_none=True)


@blueprint.route("/")
@guard(Open())
@blueprint.arguments(AskedQuery, location="query")
@blueprint.response(200, TargetBoard)
def list_targets(query: dict[str, Any]) -> Response:
    """Tell how every target stands."""
    wanted = asked(query)
    names = sources().unit_names(wanted.as_of)
    items = [told(item, names) for item in board(sources(), wanted, *catalogue_of(sources()))]
    head = {"as_of": wanted.as_of, "known_at": wanted.known_at, "borders": wanted.borders}
    return json_answer({**head, "items": items})


@blueprint.route("/<code>")
@guard(Open())
@refuses(UnknownTarget)
@blueprint.arguments(AskedQuery, location="query")
@blueprint.response(200, OneTarget)
def read_target(query: dict[str, Any], code: str) -> Response:
    """Tell how one target stands, and how it came to ask for what it does."""
    wanted, target = asked(query), indicators().streams.load(TARGET, code).state
    if not target.exists:
        raise UnknownTarget(target=code)
    definitions = {it: indicators().streams.load(INDICATOR, it).state for it in named_in(target)}
    (item,) = board(sources(), wanted, definitions, {code: target})
    head = {"as_of": wanted.as_of, "known_at": wanted.known_at, "borders": wanted.borders}
    body = told(item, sources().unit_names(wanted.as_of))
    return json_answer({**head, **body, "versions": target.versions, "withdrawn": target.withdrawn})


@blueprint.route("/", methods=["POST"])
@refuses(TargetExists, TargetIncomplete, UnknownIndicator)
@blueprint.arguments(TargetSetting)
@blueprint.response(201, TargetState)
def set_target(sent: dict[str, Any]) -> Response:
    """Set a target."""
    command = SetTarget(code=sent["code"], aim=aim_of(sent), on=sent["on"] or now().date(), at=now())
    return _state(indicators().handle(command), 201)


@blueprint.route("/<code>/amendments", methods=["POST"])
@refuses(UnknownTarget, TargetIsWithdrawn, TargetIncomplete, UnknownIndicator)
@blueprint.arguments(TargetAmendment)
@blueprint.response(201, TargetState)
def amend_target(sent: dict[str, Any], code: str) -> Response:
    """Ask for something else, by decision."""
    command = AmendTarget(code=code, aim=aim_of(sent), **_decided(sent))
    return _state(indicators().handle(command), 201)


@blueprint.route("/<code>/withdrawal", methods=["POST"])
@refuses(UnknownTarget, TargetIsWithdrawn)
@blueprint.arguments(TargetWithdrawal)
@blueprint.response(200, TargetState)
def withdraw_target(sent: dict[str, Any], code: str) -> Response:
    """Take a target back, by decision."""
    command = WithdrawTarget(code=code, **_decided(sent))
    return _state(indicators().handle(command), 200)


def aim_of(sent: dict[str, Any]) -> Aim:
    """Read what a target asks for from a body that was checked."""
    return msgspec.convert({field.name: sent[field.name] for field in fields_of(Aim)}, Aim)


def _decided(sent: dict[str, Any]) -> dict[str, Any]:
    at = now()
    return {
        "on": sent["on"] or at.date(),
        "decision": Document(**sent["decision"]),
        "reason": sent["reason"],
        "at": at,
    }


def _state(at: Versioned[Any], status: int) -> Response:
    return with_etag(json_answer(at.state, status), at.version) if status == 200 else json_answer(at.state, status)
