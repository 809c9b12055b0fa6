"""The facts of definitions and targets."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from services.chassis.domain import Event

Operator = Literal["eq", "gte", "gt", "lte_rank", "at_least", "document"]
"""How a figure is held against a target. `at_least`: so many of a set; `document`: a milestone that a document proves."""

Sums = Literal["period", "stock"]
"""`period`: what happened in a period; `stock`: a level on a day, counted from the beginning."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """What an indicator is. Percentages are made of counts, and compared before they are rounded."""

    name_vi: str
    name_en: str
    unit: str
    direction: Literal["higher", "lower"]
    formula: str
    source: str
    frequency: str
    valid_from: date
    valid_to: date | None = None
    numerator_vi: str | None = None
    numerator_en: str | None = None
    denominator_vi: str | None = None
    denominator_en: str | None = None
    sentence_vi: str | None = None
    """How the arithmetic is told, such as `Đã giải quyết {denominator} hồ sơ, {numerator} đúng hạn`."""
    sentence_en: str | None = None
    decimals: int | None = None
    sums: Sums = "period"
    legal_basis: str | None = None
    notes: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document that proves or decides something."""

    number: str
    dated: date
    title: str | None = None
    signer: str | None = None
    """The office that signed, never a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """For whom a target holds: a unit, or a group of units that were in it when it was set."""

    unit_id: str
    name_vi: str | None = None
    name_en: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One of the set of which `at_least` so many have to hold."""

    indicator: str
    operator: Operator
    value: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """What a target asks for."""

    text_vi: str
    text_en: str
    year: int
    scope: Scope
    measurable: bool = True
    indicator: str | None = None
    related: tuple[str, ...] = ()
    """Indicators shown beside it and never in its place."""
    operator: Operator | None = None
    value: float | None = None
    unit: str | None = None
    conditions: tuple[Condition, ...] = ()
    why_not_vi: str | None = None
    why_not_en: str | None = None
    plan_id: str | None = None
    paragraph: str | None = None
    owner_unit_id: str | None = None
    """The unit that set it; figures of the whole scope may stand under its id."""
    note: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicatorDefined(Event):
    """An indicator is counted in this way, from a civil day on."""

    wire_name: ClassVar[str] = "indicators.indicator_defined.v1"
    code: str
    version: int
    definition: Definition
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicatorRetired(Event):
    """An indicator is counted no more from a civil day on; its figures stay."""

    wire_name: ClassVar[str] = "indicators.indicator_retired.v1"
    on: date
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetSet(Event):
    """A target was set."""

    wire_name: ClassVar[str] = "indicators.target_set.v1"
    code: str
    aim: Aim
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetAmended(Event):
    """A decision changed what a target asks for, from a civil day on."""

    wire_name: ClassVar[str] = "indicators.target_amended.v1"
    aim: Aim
    on: date
    decision: Document
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetWithdrawn(Event):
    """A decision took a target back, from a civil day on."""

    wire_name: ClassVar[str] = "indicators.target_withdrawn.v1"
    on: date
    decision: Document
    reason: str
    at: datetime
