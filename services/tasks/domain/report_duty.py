"""What a unit owes for a period: open, submitted, returned, approved, or missing when its day has passed."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.chassis.domain import Command, Event
from services.tasks.domain import report_events as events
from services.tasks.domain.errors import DutyNotOpen, DutyOfAnotherUnit, PeriodExists, UnknownReportDuty
from services.tasks.domain.telling import told_by


class DutyState(StrEnum):
    """Where a duty stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    MISSING = "missing"


WAITING = frozenset({DutyState.OPEN, DutyState.RETURNED, DutyState.MISSING})
"""A report may be sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDuty(Command):
    """Let a unit owe a report; where nobody says from when on it may be sent, at once."""

    duty_id: str
    kind: str
    unit_id: str
    period: str
    opens_on: date | None
    due_on: date
    due_on_rolled: date
    by: str
    at: datetime
    plan_id: str | None = None
    duty_code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDuty:
    """A duty. `report_id` names the report that was sent last."""

    opened: events.ReportDutyOpened | None = None
    state: DutyState = DutyState.OPEN
    report_id: str | None = None
    timeliness: str | None = None
    was_missing: bool = False

    @property
    def duty(self) -> events.ReportDutyOpened:
        """What is owed.

        Raises:
            UnknownReportDuty: Nothing is.
        """
        if self.opened is None:
            raise UnknownReportDuty
        return self.opened


INITIAL = ReportDuty()


def evolve(state: ReportDuty, event: Event) -> ReportDuty:
    """Fold one fact into the state."""
    match event:
        case events.ReportDutyOpened():
            return replace(state, opened=event)
        case events.ReportSubmitted():
            return replace(state, state=DutyState.SUBMITTED, report_id=event.report_id, timeliness=event.timeliness)
        case events.ReportReturned():
            return replace(state, state=DutyState.RETURNED)
        case events.ReportApproved():
            return replace(state, state=DutyState.APPROVED)
        case events.ReportMarkedMissing():
            return replace(state, state=DutyState.MISSING, was_missing=True)
        case _:
            return state


def open_duty(state: ReportDuty, command: OpenDuty) -> tuple[Event, ...]:
    """Let a unit owe a report. The same wish again asks for nothing."""
    at_once = state.opened.opens_on if state.opened else command.at.date()
    opened = told_by(command, events.ReportDutyOpened, opens_on=command.opens_on or at_once)
    if state.opened is None:
        return (opened,)
    if replace(state.opened, by=opened.by, at=opened.at) == opened:
        return ()
    raise PeriodExists("The reports of this period were asked for with other days.", duty_id=command.duty_id)


def submit(state: ReportDuty, written: events.ReportWritten) -> tuple[Event, ...]:
    """Let a report discharge the duty; on time is what comes by the rolled day."""
    duty = state.duty
    if duty.unit_id != written.unit_id:
        raise DutyOfAnotherUnit(duty_id=duty.duty_id, unit_id=duty.unit_id)
    if state.report_id == written.report_id:
        return ()
    if state.state not in WAITING or written.on < duty.opens_on:
        raise DutyNotOpen(duty_id=duty.duty_id, state=state.state, opens_on=duty.opens_on)
    submitted = events.ReportSubmitted(
        report_id=written.report_id,
        unit_id=written.unit_id,
        timeliness="on_time" if written.on <= duty.due_on_rolled else "late",
        on=written.on,
        by=written.by,
        at=written.at,
    )
    return (submitted,)


def judge(state: ReportDuty, report_id: str, judged: events.ReportJudged) -> tuple[Event, ...]:
    """Let what became of the report become of the duty."""
    if state.report_id != report_id or state.state is not DutyState.SUBMITTED:
        return ()
    kind = events.ReportApproved if judged.approved else events.ReportReturned
    return (kind(report_id=report_id, unit_id=state.duty.unit_id, on=judged.on, by=judged.by, at=judged.at),)


def mark_missing(state: ReportDuty, at: datetime) -> tuple[Event, ...]:
    """Say that no report had come when its day had passed, once."""
    if state.was_missing or state.state is not DutyState.OPEN or at.date() <= state.duty.due_on_rolled:
        return ()
    return (events.ReportMarkedMissing(unit_id=state.duty.unit_id, on=at.date(), at=at),)
