"""The facts of official measurements. A cell is one indicator, unit and period; its measurements are numbered from 1."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.chassis.domain import Event
from services.indicators.domain.catalogue_events import Document


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What was measured: a value, or the counts that it is made of. The document is what it rests on."""

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    note: str = ""
    document: Document | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasurementSubmitted(Event):
    """Somebody brought an official figure; `replaces` names the published one that it would correct."""

    wire_name: ClassVar[str] = "indicators.measurement_submitted.v1"
    n: int
    indicator: str
    unit_id: str
    period: str
    measured: Measured
    value: float | None
    """Worked out when it was brought, by the definition of then; `None` where there was nothing to divide by."""
    submitted_by: str
    on: date
    at: datetime
    replaces: int | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasurementApproved(Event):
    """Somebody other than who brought it confirmed a figure."""

    wire_name: ClassVar[str] = "indicators.measurement_approved.v1"
    n: int
    approved_by: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasurementReturned(Event):
    """A figure was sent back; another may be brought."""

    wire_name: ClassVar[str] = "indicators.measurement_returned.v1"
    n: int
    reason: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasurementPublished(Event):
    """A figure is the official one of its unit and period."""

    wire_name: ClassVar[str] = "indicators.measurement_published.v1"
    n: int
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasurementCorrected(Event):
    """A published figure was replaced by another."""

    wire_name: ClassVar[str] = "indicators.measurement_corrected.v1"
    n: int
    replaces: int
    reason: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodReopened(Event):
    """A new figure may be brought for a period; the published one stands until it is replaced."""

    wire_name: ClassVar[str] = "indicators.period_reopened.v1"
    n: int
    reason: str
    document: Document
    on: date
    at: datetime
