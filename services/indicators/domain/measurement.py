"""Official measurements of one indicator, unit and period: submitted, approved by other eyes, published, corrected."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.chassis.domain import Event
from services.indicators.domain import scales
from services.indicators.domain.catalogue_events import Definition
from services.indicators.domain.commands import (
    ApproveMeasurement,
    CorrectMeasurement,
    PublishMeasurement,
    ReopenPeriod,
    ReturnMeasurement,
    SubmitMeasurement,
)
from services.indicators.domain.errors import (
    DocumentMissing,
    InvalidPeriod,
    MeasurementNotApproved,
    MeasurementNotPublished,
    MeasurementNotSubmitted,
    OwnMeasurement,
    PeriodHasMeasurement,
    UnknownIndicator,
    UnknownMeasurement,
)
from services.indicators.domain.measurement_events import (
    Measured,
    MeasurementApproved,
    MeasurementCorrected,
    MeasurementPublished,
    MeasurementReturned,
    MeasurementSubmitted,
    PeriodReopened,
)
from services.indicators.domain.periods import period_of


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


def submit(state: Cell, command: SubmitMeasurement, definition: Definition | None) -> tuple[Event, ...]:
    """Bring a figure. The one that waits, brought again by the same hand, records nothing."""
    value = _checked(command, definition)
    if (waiting := state.waiting) is not None:
        if (waiting.measured, waiting.submitted_by) == (command.measured, command.submitted_by):
            return ()
        raise PeriodHasMeasurement(n=waiting.n, stage=waiting.stage.value)
    published, reopened = state.published, state.reopened
    if published is not None and reopened is None:
        raise PeriodHasMeasurement(n=published.n, stage=published.stage.value)
    return (
        MeasurementSubmitted(
            n=len(state.measurements) + 1,
            indicator=command.indicator,
            unit_id=command.unit_id,
            period=command.period,
            measured=command.measured,
            value=value,
            submitted_by=command.submitted_by,
            on=command.on,
            at=command.at,
            replaces=published.n if published else None,
            reason=reopened.reason if published and reopened else None,
        ),
    )


def correct(state: Cell, command: CorrectMeasurement, definition: Definition) -> tuple[Event, ...]:
    """Bring a figure that replaces the published one; it names why, and the document."""
    if state.nth(command.n).stage is not Stage.PUBLISHED:
        raise MeasurementNotPublished(n=command.n, stage=state.nth(command.n).stage.value)
    if command.measured.document is None:
        raise DocumentMissing("A correction names the document that it rests on.")
    value = scales.checked(command.measured, definition)
    if (waiting := state.waiting) is not None:
        raise PeriodHasMeasurement(n=waiting.n, stage=waiting.stage.value)
    return (
        MeasurementSubmitted(
            n=len(state.measurements) + 1,
            indicator=state.indicator,
            unit_id=state.unit_id,
            period=state.period,
            measured=command.measured,
            value=value,
            submitted_by=command.submitted_by,
            on=command.on,
            at=command.at,
            replaces=command.n,
            reason=command.reason,
        ),
    )


def approve(state: Cell, command: ApproveMeasurement) -> tuple[Event, ...]:
    """Confirm a figure with other eyes than those that brought it."""
    found = state.nth(command.n)
    if found.submitted_by == command.approved_by:
        raise OwnMeasurement(n=command.n)
    if found.stage in {Stage.APPROVED, Stage.PUBLISHED}:
        return ()
    if found.stage is not Stage.SUBMITTED:
        raise MeasurementNotSubmitted(n=command.n, stage=found.stage.value)
    return (MeasurementApproved(n=command.n, approved_by=command.approved_by, on=command.on, at=command.at),)


def send_back(state: Cell, command: ReturnMeasurement) -> tuple[Event, ...]:
    """Send a figure back before it is published."""
    found = state.nth(command.n)
    if found.stage is Stage.RETURNED:
        return ()
    if found.stage not in {Stage.SUBMITTED, Stage.APPROVED}:
        raise MeasurementNotSubmitted(n=command.n, stage=found.stage.value)
    return (MeasurementReturned(n=command.n, reason=command.reason, on=command.on, at=command.at),)


def publish(state: Cell, command: PublishMeasurement) -> tuple[Event, ...]:
    """Make an approved figure the official one; where one stood, this is its correction."""
    found = state.nth(command.n)
    if found.stage is Stage.PUBLISHED:
        return ()
    if found.stage is not Stage.APPROVED:
        raise MeasurementNotApproved(n=command.n, stage=found.stage.value)
    if found.replaces is None:
        return (MeasurementPublished(n=command.n, on=command.on, at=command.at),)
    return (
        MeasurementCorrected(
            n=command.n, replaces=found.replaces, reason=found.reason or "", on=command.on, at=command.at
        ),
    )


def reopen(state: Cell, command: ReopenPeriod) -> tuple[Event, ...]:
    """Let a new figure be brought; the published one stands until then."""
    if state.nth(command.n).stage is not Stage.PUBLISHED:
        raise MeasurementNotPublished(n=command.n, stage=state.nth(command.n).stage.value)
    if state.reopened is not None:
        return ()
    return (
        PeriodReopened(n=command.n, reason=command.reason, document=command.document, on=command.on, at=command.at),
    )


def _checked(command: SubmitMeasurement, definition: Definition | None) -> float | None:
    if definition is None:
        raise UnknownIndicator(f"Nobody defined {command.indicator}.", indicator=command.indicator)
    period = period_of(command.period)
    if period is None or period.since > command.on:
        raise InvalidPeriod("The period is none that can be read, or has not begun.", period=command.period)
    return scales.checked(command.measured, definition)


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
