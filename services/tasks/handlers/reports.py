"""Takes units' reports in, and what the desk says of them. One document may discharge several duties, all at once."""

from functools import partial

from services.chassis.domain import Event
from services.chassis.streams import Streams, Versioned
from services.tasks.domain import report, report_duty
from services.tasks.domain.report import JudgeReport, Report, SubmitReport
from services.tasks.domain.report_duty import ReportDuty
from services.tasks.domain.report_events import ReportJudged, ReportWritten
from services.tasks.handlers.kinds import DUTY, REPORT
from services.tasks.handlers.together import Change, Together


class Reports:
    """Handles commands about reports."""

    def __init__(self, streams: Streams, together: Together) -> None:
        """Record through `together`."""
        self._streams = streams
        self._together = together

    def submit(self, command: SubmitReport) -> Versioned[Report]:
        """Take a report in; the same one again changes nothing."""
        return self._together.decide(self.submitting(command))

    def submitting(self, command: SubmitReport) -> list[Change]:
        """Give what a report changes: itself, and every duty that it discharges."""
        written = report.written(command)
        kept = Change(REPORT, command.report_id, lambda state: report.submit(state, written))
        return [kept, *(Change(DUTY, duty_id, partial(_submit, written)) for duty_id in command.discharges)]

    def judge(self, command: JudgeReport, *, expected_version: int | None = None) -> Versioned[Report]:
        """Approve a report, or send it back."""
        state = self._streams.load(REPORT, command.report_id).state
        judged = ReportJudged(
            approved=command.approved, reason=command.reason, on=command.at.date(), by=command.by, at=command.at
        )
        duties = [Change(DUTY, duty_id, partial(_judge, state.report, judged)) for duty_id in state.report.discharges]
        said = Change(REPORT, command.report_id, lambda now: report.judge(now, command))
        return self._together.decide([said, *duties], expected_version=expected_version)


def _submit(written: ReportWritten, state: ReportDuty) -> tuple[Event, ...]:
    return report_duty.submit(state, written)


def _judge(written: ReportWritten, judged: ReportJudged, state: ReportDuty) -> tuple[Event, ...]:
    return report_duty.judge(state, written.report_id, judged)
