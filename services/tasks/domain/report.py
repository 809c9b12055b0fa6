"""A unit's report: one document, which may discharge several duties. Nobody approves their own."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.domain import Command, Event
from services.tasks.domain.errors import DischargesUnclear, OwnReport, ReportExists, ReportNotOpen, UnknownReport
from services.tasks.domain.report_events import (
    ReportDocument,
    ReportFields,
    ReportFigure,
    ReportJudged,
    ReportWritten,
)
from services.tasks.domain.telling import told_by


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitReport(Command):
    """Send a report that discharges some duties."""

    report_id: str
    unit_id: str
    period: str
    discharges: tuple[str, ...]
    fields: ReportFields
    figures: tuple[ReportFigure, ...]
    document: ReportDocument
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeReport(Command):
    """Approve a report, or send it back with a reason."""

    report_id: str
    approved: bool
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report, and what became of it."""

    written: ReportWritten | None = None
    judged: ReportJudged | None = None

    @property
    def report(self) -> ReportWritten:
        """What was sent.

        Raises:
            UnknownReport: Nothing was.
        """
        if self.written is None:
            raise UnknownReport
        return self.written

    @property
    def state(self) -> str:
        """Where it stands: submitted, approved or returned."""
        if self.judged is None:
            return "submitted"
        return "approved" if self.judged.approved else "returned"


INITIAL = Report()


def evolve(state: Report, event: Event) -> Report:
    """Fold one fact into the state."""
    match event:
        case ReportWritten():
            return replace(state, written=event)
        case ReportJudged():
            return replace(state, judged=event)
        case _:
            return state


def written(command: SubmitReport) -> ReportWritten:
    """Give the report as it will stand.

    Raises:
        DischargesUnclear: It discharges nothing, or the same duty twice.
    """
    if not command.discharges or len(set(command.discharges)) < len(command.discharges):
        raise DischargesUnclear(discharges=command.discharges)
    return told_by(command, ReportWritten, on=command.at.date())


def submit(state: Report, report: ReportWritten) -> tuple[Event, ...]:
    """Keep what was sent, once; its id means that one report."""
    if state.written is None:
        return (report,)
    if replace(state.written, on=report.on, by=report.by, at=report.at) == report:
        return ()
    raise ReportExists("Another report has that id.", report_id=report.report_id)


def judged(command: JudgeReport) -> ReportJudged:
    """Give what is said of a report, as it will stand."""
    return told_by(command, ReportJudged, on=command.at.date())


def judge(state: Report, command: JudgeReport) -> tuple[Event, ...]:
    """Approve the report, or send it back."""
    report = state.report
    if state.judged is not None:
        if state.judged.approved == command.approved:
            return ()
        raise ReportNotOpen(report_id=report.report_id, state=state.state)
    if command.approved and report.by == command.by:
        raise OwnReport("Who sends a report cannot approve it.", report_id=report.report_id)
    return (judged(command),)
