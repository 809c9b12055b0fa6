"""Everybody reads what an indicator counts, and its figures; who leads the plan defines and revises."""

from dataclasses import fields as fields_of
from datetime import date
from typing import Any

import msgspec
from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, Open, guard, guarded_blueprint
from services.indicators.api.service import (
    CODE,
    LONGEST_TEXT,
    SLUG,
    AskedQuery,
    asked,
    in_our_time,
    indicators,
    now,
    sources,
)
from services.indicators.api.target_answers import TrendPoint
from services.indicators.domain.catalogue_events import Definition
from services.indicators.domain.commands import DefineIndicator, RetireIndicator, ReviseIndicator
from services.indicators.domain.errors import IndicatorExists, IndicatorIsRetired, IndicatorNotFound
from services.indicators.domain.scales import SCALES
from services.indicators.handlers.kinds import INDICATOR
from services.indicators.projections.indicator_figures import figures_of
from services.indicators.projections.target_board import catalogue_of, definition_version

_TEXT = validate.Length(max=LONGEST_TEXT)

blueprint = guarded_blueprint(
    "indicators",
    __name__,
    url_prefix="/api/indicators/v1/indicators",
    guard=Bearer("indicators:define"),
    description="Definitions of indicators, and their figures.",
)


def _words() -> fields.String:
    return fields.String(load_default=None, allow_none=True, validate=_TEXT)


class DefinitionSchema(Schema):
    """What an indicator is, from a day on."""

    name_vi = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))
    name_en = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))
    unit = fields.String(required=True, validate=validate.OneOf(sorted(SCALES)))
    direction = fields.String(required=True, validate=validate.OneOf(("higher", "lower")))
    formula = fields.String(required=True, validate=_TEXT)
    source = fields.String(required=True, validate=validate.Regexp(r"^[a-z_]{1,40}\Z"))
    frequency = fields.String(required=True, validate=validate.Regexp(r"^[a-z_]{1,40}\Z"))
    valid_from = fields.Date(required=True, validate=in_our_time)
    valid_to = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    numerator_vi = _words()
    numerator_en = _words()
    denominator_vi = _words()
    denominator_en = _words()
    sentence_vi = _words()
    sentence_en = _words()
    decimals = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=0, max=4))
    sums = fields.String(load_default="period", validate=validate.OneOf(("period", "stock")))
    legal_basis = _words()
    notes = _words()


class NewIndicator(DefinitionSchema):
    """A new indicator."""

    code = fields.String(required=True, validate=CODE)


class Retirement(Schema):
    """From which day an indicator is counted no more, and why."""

    on = fields.Date(load_default=None, allow_none=True, validate=in_our_time)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_TEXT))


class IndicatorState(Schema):
    """An indicator with all its versions."""

    code = fields.String(required=True)
    versions = fields.List(fields.Dict(), required=True)
    retired_on = fields.String(required=True, allow_none=True)
    retired_at = fields.String(required=True, allow_none=True)


class IndicatorLine(Schema):
    """An indicator as it is counted on a day."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    definition = fields.Dict(required=True)
    retired_on = fields.String(required=True, allow_none=True)


class IndicatorList(Schema):
    """Every indicator."""

    items = fields.List(fields.Nested(IndicatorLine), required=True)


class FiguresQuery(AskedQuery):
    """Of which unit and all below it, from which day through which; this year so far where nothing is said."""

    unit_id = fields.String(load_default=None, validate=SLUG)
    since = fields.Date(load_default=None, validate=in_our_time)
    until = fields.Date(load_default=None, validate=in_our_time)


class UnitFigure(Schema):
    """A unit's own figure and those below it."""

    unit_id = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    value = fields.Float(required=True, allow_none=True)
    numerator = fields.Float(required=True)
    denominator = fields.Float(required=True)


class FiguresAnswer(Schema):
    """An indicator's figures: month by month, unit by unit, and the official ones."""

    indicator = fields.Nested(IndicatorLine, required=True)
    as_of = fields.String(required=True)
    known_at = fields.String(required=True)
    borders = fields.String(required=True)
    since = fields.String(required=True)
    until = fields.String(required=True)
    total = fields.Nested(TrendPoint, required=True, allow_none=True)
    series = fields.List(fields.Nested(TrendPoint), required=True)
    units = fields.List(fields.Nested(UnitFigure), required=True)
    official = fields.List(fields.Dict(), required=True)
    sources = fields.List(fields.String(), required=True)


@blueprint.route("/")
@guard(Open())
@blueprint.arguments(AskedQuery, location="query")
@blueprint.response(200, IndicatorList)
def list_indicators(query: dict[str, Any]) -> Response:
    """List every indicator as it is counted on a day."""
    wanted = asked(query)
    known, _ = catalogue_of(sources())
    items = []
    for code, indicator in known.items():
        version = definition_version(indicator, wanted)
        said = {"code": code, "version": version.version, "definition": version.definition}
        items.append({**said, "retired_on": indicator.retired_on})
    return json_answer({"items": items})


@blueprint.route("/", methods=["POST"])
@refuses(IndicatorExists)
@blueprint.arguments(NewIndicator)
@blueprint.response(201, IndicatorState)
def define_indicator(sent: dict[str, Any]) -> Response:
    """Define an indicator."""
    command = DefineIndicator(code=sent["code"], definition=_definition(sent), at=now())
    return state_answer(indicators().handle(command), status=201)


@blueprint.route("/<code>")
@guard(Open())
@refuses(IndicatorNotFound)
@blueprint.response(200, IndicatorState)
def read_indicator(code: str) -> Response:
    """Read an indicator with all its versions."""
    return state_answer(indicators().streams.load(INDICATOR, code), missing=IndicatorNotFound(indicator=code))


@blueprint.route("/<code>/versions", methods=["POST"])
@refuses(IndicatorNotFound, IndicatorIsRetired)
@blueprint.arguments(DefinitionSchema)
@blueprint.response(201, IndicatorState)
def revise_indicator(sent: dict[str, Any], code: str) -> Response:
    """Count an indicator in another way, from a day on."""
    command = ReviseIndicator(code=code, definition=_definition(sent), at=now())
    return state_answer(indicators().handle(command), status=201)


@blueprint.route("/<code>/retirement", methods=["POST"])
@refuses(IndicatorNotFound)
@blueprint.arguments(Retirement)
@blueprint.response(200, IndicatorState)
def retire_indicator(sent: dict[str, Any], code: str) -> Response:
    """Count an indicator no more from a day on; its figures stay."""
    at = now()
    command = RetireIndicator(code=code, on=sent["on"] or at.date(), reason=sent["reason"], at=at)
    return state_answer(indicators().handle(command))


@blueprint.route("/<code>/figures")
@guard(Open())
@refuses(IndicatorNotFound)
@blueprint.arguments(FiguresQuery, location="query")
@blueprint.response(200, FiguresAnswer)
def read_figures(query: dict[str, Any], code: str) -> Response:
    """Tell an indicator's figures, month by month and unit by unit."""
    wanted = asked(query)
    indicator = indicators().streams.load(INDICATOR, code).state
    if not indicator.exists:
        raise IndicatorNotFound(indicator=code)
    until = min(query["until"] or wanted.as_of, wanted.as_of)
    since = min(query["since"] or date(until.year, 1, 1), until)
    version = definition_version(indicator, wanted)
    line = {"code": code, "version": version.version, "definition": version.definition}
    head = {"as_of": wanted.as_of, "known_at": wanted.known_at, "borders": wanted.borders, "since": since}
    told = figures_of(sources(), line, wanted, unit_id=query["unit_id"], since=since, until=until)
    return json_answer({"indicator": {**line, "retired_on": indicator.retired_on}, **head, "until": until, **told})


def _definition(sent: dict[str, Any]) -> Definition:
    return msgspec.convert({field.name: sent[field.name] for field in fields_of(Definition)}, Definition)
