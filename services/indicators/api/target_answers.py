"""How a target of the board is told."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from services.indicators.domain.status import Kind, Reading
from services.indicators.projections.known_figures import Known, Point
from services.indicators.projections.reading_sources import UnitName
from services.indicators.projections.target_board import Item


class IndicatorName(Schema):
    """The indicator that a target is told by."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    unit = fields.String(required=True)
    direction = fields.String(required=True)


class ScopeName(Schema):
    """For whom a target holds."""

    unit_id = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    members = fields.List(fields.String(), required=True)


class FigureAnswer(Schema):
    """A figure, not rounded; `n` and `interval` where it is told from answers of people."""

    indicator = fields.String(required=True, allow_none=True)
    value = fields.Float(required=True, allow_none=True)
    numerator = fields.Float(required=True, allow_none=True)
    denominator = fields.Float(required=True, allow_none=True)
    kind = fields.String(required=True, metadata={"enum": [kind.value for kind in Kind]})
    source = fields.String(required=True, allow_none=True)
    since = fields.String(required=True, allow_none=True)
    as_of = fields.String(required=True, allow_none=True)
    period = fields.String(required=True, allow_none=True)
    document = fields.Dict(required=True, allow_none=True)
    n = fields.Integer(required=True, allow_none=True)
    interval = fields.List(fields.Float(), required=True, allow_none=True)
    units_known = fields.Integer(required=True)
    units = fields.Integer(required=True)


class StatusAnswer(Schema):
    """How a target stands, since when, and why."""

    state = fields.String(required=True)
    lack = fields.String(required=True, allow_none=True)
    since = fields.String(required=True, allow_none=True)
    reason_vi = fields.String(required=True)
    reason_en = fields.String(required=True)


class TrendPoint(Schema):
    """The figure at the end of a month, counted from the beginning of the year."""

    month = fields.String(required=True)
    value = fields.Float(required=True, allow_none=True)
    numerator = fields.Float(required=True, allow_none=True)
    denominator = fields.Float(required=True, allow_none=True)


class TargetItem(Schema):
    """A target as it stands."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    plan_id = fields.String(required=True, allow_none=True)
    paragraph = fields.String(required=True, allow_none=True)
    text_vi = fields.String(required=True)
    text_en = fields.String(required=True)
    indicator = fields.Nested(IndicatorName, required=True, allow_none=True)
    operator = fields.String(required=True, allow_none=True)
    value = fields.Float(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    conditions = fields.List(fields.Dict(), required=True)
    scope = fields.Nested(ScopeName, required=True)
    year = fields.Integer(required=True)
    measurable = fields.Boolean(required=True)
    why_not_vi = fields.String(required=True, allow_none=True)
    why_not_en = fields.String(required=True, allow_none=True)
    figure = fields.Nested(FigureAnswer, required=True)
    related = fields.List(fields.Nested(FigureAnswer), required=True)
    status = fields.Nested(StatusAnswer, required=True)
    trend = fields.List(fields.Nested(TrendPoint), required=True)


def told(item: Item, names: Mapping[str, UnitName]) -> dict[str, Any]:
    """Tell one target."""
    aim = item.aim
    return {
        "code": item.code,
        "version": item.version.version,
        **{name: getattr(aim, name) for name in _OF_AIM},
        "indicator": _indicator(item),
        "conditions": aim.conditions,
        "scope": _scope(item, names),
        "figure": _figure(aim.indicator, item.known, item.definition.definition.source if item.definition else None),
        "related": [_figure(code, known, None) for code, known in item.related.items()],
        "status": _status(item),
        "trend": [told_point(point) for point in item.known.trend],
    }


_OF_AIM = (
    "plan_id",
    "paragraph",
    "text_vi",
    "text_en",
    "operator",
    "value",
    "unit",
    "year",
    "measurable",
    "why_not_vi",
    "why_not_en",
)


def told_point(point: Point) -> dict[str, Any]:
    """Tell one month."""
    return {
        "month": point.month,
        "value": point.value,
        "numerator": point.numerator,
        "denominator": point.denominator,
    }


def _indicator(item: Item) -> dict[str, Any] | None:
    if item.definition is None:
        return None
    said = item.definition.definition
    named = {name: getattr(said, name) for name in ("name_vi", "name_en", "unit", "direction")}
    return {"code": item.aim.indicator, "version": item.definition.version, **named}


def _scope(item: Item, names: Mapping[str, UnitName]) -> dict[str, Any]:
    scope = item.aim.scope
    name = names.get(scope.unit_id, UnitName(vi=scope.unit_id, en=scope.unit_id))
    return {
        "unit_id": scope.unit_id,
        "name_vi": scope.name_vi or name.vi,
        "name_en": scope.name_en or name.en,
        "members": scope.members,
    }


def _figure(code: str | None, known: Known, source: str | None) -> dict[str, Any]:
    reading: Reading = known.reading
    same = ("value", "numerator", "denominator", "since", "period", "document", "n", "interval", "units_known", "units")
    return {
        "indicator": code,
        **{name: getattr(reading, name) for name in same},
        "kind": reading.kind,
        "source": source,
        "as_of": reading.until,
    }


def _status(item: Item) -> dict[str, Any]:
    return {
        "state": item.verdict.state,
        "lack": item.verdict.lack,
        "since": item.since,
        "reason_vi": item.reason.vi,
        "reason_en": item.reason.en,
    }
