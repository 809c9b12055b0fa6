"""A cell holds all official measurements of one indicator, unit and period, and how far each has come."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.chassis.domain import Event
from services.indicators.domain.errors import UnknownMeasurement
from services.indicators.domain.measurement_events import (
    Measured,
    MeasurementApproved,
    MeasurementCorrected,
    MeasurementPublished,
    MeasurementReturned,
    MeasurementSubmitted,
    PeriodReopened,
)


class Stage(StrEnum):
    """How far a measurement has come."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    PUBLISHED = "published"
    REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """One figure that somebody brought."""

    n: int
    stage: Stage
    measured: Measured
    value: float | None
    submitted_by: str
    submitted_on: date
    submitted_at: datetime
    approved_on: date | None = None
    published_on: date | None = None
    published_at: datetime | None = None
    replaced_by: int | None = None
    replaces: int | None = None
    reason: str | None = None
    returned_because: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """All measurements of one indicator, unit and period."""

    indicator: str = ""
    unit_id: str = ""
    period: str = ""
    measurements: tuple[Measurement, ...] = ()
    reopened: PeriodReopened | None = None

    def nth(self, n: int) -> Measurement:
        """Give one of them.

        Raises:
            UnknownMeasurement: There is none of that number.
        """
        if not 1 <= n <= len(self.measurements):
            raise UnknownMeasurement(n=n)
        return self.measurements[n - 1]

    @property
    def published(self) -> Measurement | None:
        """The official figure, where there is one."""
        return next((it for it in self.measurements if it.stage is Stage.PUBLISHED), None)

    @property
    def waiting(self) -> Measurement | None:
        """The one that is not decided yet."""
        stages = (Stage.SUBMITTED, Stage.APPROVED)
        return next((it for it in self.measurements if it.stage in stages), None)


INITIAL = Cell()


def cell_name(indicator: str, unit_id: str, period: str) -> str:
    """Name the cell in which an indicator's measurements of a unit and period stand."""
    return f"{indicator}.{unit_id}.{period}"


def evolve(state: Cell, event: Event) -> Cell:
    """Fold one fact into the state."""
    match event:
        case MeasurementSubmitted():
            return _with_new(state, event)
        case MeasurementApproved() | MeasurementReturned() | MeasurementPublished():
            return _changed(state, event.n, _moved(event))
        case MeasurementCorrected():
            after = _changed(state, event.replaces, lambda it: replace(it, stage=Stage.REPLACED, replaced_by=event.n))
            return replace(_changed(after, event.n, _moved(event)), reopened=None)
        case PeriodReopened():
            return replace(state, reopened=event)
        case _:
            return state


def _with_new(state: Cell, event: MeasurementSubmitted) -> Cell:
    new = Measurement(
        n=event.n,
        stage=Stage.SUBMITTED,
        measured=event.measured,
        value=event.value,
        submitted_by=event.submitted_by,
        submitted_on=event.on,
        submitted_at=event.at,
        replaces=event.replaces,
        reason=event.reason,
    )
    return Cell(
        indicator=event.indicator,
        unit_id=event.unit_id,
        period=event.period,
        measurements=(*state.measurements, new),
        reopened=state.reopened,
    )


def _changed(state: Cell, n: int, change: Callable[[Measurement], Measurement]) -> Cell:
    measurements = tuple(change(it) if it.n == n else it for it in state.measurements)
    return replace(state, measurements=measurements)


def _moved(
    event: MeasurementApproved | MeasurementReturned | MeasurementPublished | MeasurementCorrected,
) -> Callable[[Measurement], Measurement]:
    match event:
        case MeasurementApproved():
            return lambda it: replace(it, stage=Stage.APPROVED, approved_on=event.on)
        case MeasurementReturned():
            return lambda it: replace(it, stage=Stage.RETURNED, returned_because=event.reason)
        case _:
            return lambda it: replace(it, stage=Stage.PUBLISHED, published_on=event.on, published_at=event.at)
