"""Official measurements of one indicator, unit and period: submitted, approved by other eyes, published, corrected."""

from dataclasses import replace

from services.chassis.domain import Event
from services.indicators.domain import scales
from services.indicators.domain.catalogue_events import Definition
from services.indicators.domain.cell import Cell, Stage
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
)
from services.indicators.domain.measurement_events import (
    MeasurementApproved,
    MeasurementCorrected,
    MeasurementPublished,
    MeasurementReturned,
    MeasurementSubmitted,
    PeriodReopened,
)
from services.indicators.domain.periods import period_of


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
    cell = replace(state, indicator=command.indicator, unit_id=command.unit_id, period=command.period)
    instead = published.n if published else None
    return (_submitted(cell, command, value, replaces=instead, reason=reopened.reason if reopened else None),)


def correct(state: Cell, command: CorrectMeasurement, definition: Definition) -> tuple[Event, ...]:
    """Bring a figure that replaces the published one; it names why, and the document."""
    if state.nth(command.n).stage is not Stage.PUBLISHED:
        raise MeasurementNotPublished(n=command.n, stage=state.nth(command.n).stage.value)
    if command.measured.document is None:
        raise DocumentMissing("A correction names the document that it rests on.")
    value = scales.checked(command.measured, definition)
    if (waiting := state.waiting) is not None:
        raise PeriodHasMeasurement(n=waiting.n, stage=waiting.stage.value)
    return (_submitted(state, command, value, replaces=command.n, reason=command.reason),)


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


def _submitted(
    cell: Cell,
    command: SubmitMeasurement | CorrectMeasurement,
    value: float | None,
    *,
    replaces: int | None,
    reason: str | None,
) -> MeasurementSubmitted:
    return MeasurementSubmitted(
        n=len(cell.measurements) + 1,
        indicator=cell.indicator,
        unit_id=cell.unit_id,
        period=cell.period,
        measured=command.measured,
        value=value,
        submitted_by=command.submitted_by,
        on=command.on,
        at=command.at,
        replaces=replaces,
        reason=reason,
    )
