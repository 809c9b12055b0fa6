"""Takes units' reports in, and what the desk says of them. One document may discharge several duties, all at once."""

from services.chassis.streams import Streams, Versioned
from services.tasks.domain import report, report_duty
from services.tasks.domain.report import JudgeReport, Report, SubmitReport
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
        kept = Change.by(REPORT, command.report_id, report.submit, written)
        return [kept, *(Change.by(DUTY, duty_id, report_duty.submit, written) for duty_id in command.discharges)]

    def judge(self, command: JudgeReport, *, expected_version: int | None = None) -> Versioned[Report]:
        """Approve a report, or send it back."""
        name, judged = command.report_id, report.judged(command)
        discharges = self._streams.load(REPORT, name).state.report.discharges
        said = Change.by(REPORT, name, report.judge, command)
        duties = (Change.by(DUTY, duty_id, report_duty.judge, name, judged) for duty_id in discharges)
        return self._together.decide([said, *duties], expected_version=expected_version)
