"""The facts of reports: what is owed, what was sent, what became of it; and of notices."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDutyOpened(Event):
    """A unit owes a report for a period."""

    wire_name: ClassVar[str] = "tasks.report_duty_opened.v1"
    duty_id: str
    kind: str
    unit_id: str
    period: str
    plan_id: str | None
    duty_code: str | None
    opens_on: date
    due_on: date
    due_on_rolled: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportSubmitted(Event):
    """A report was sent that discharges this duty, and maybe others."""

    wire_name: ClassVar[str] = "tasks.report_submitted.v1"
    report_id: str
    unit_id: str
    timeliness: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportReturned(Event):
    """The report was sent back: the duty waits again."""

    wire_name: ClassVar[str] = "tasks.report_returned.v1"
    report_id: str
    unit_id: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportApproved(Event):
    """The report was found right."""

    wire_name: ClassVar[str] = "tasks.report_approved.v1"
    report_id: str
    unit_id: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportMarkedMissing(Event):
    """The day passed and no report had come. One that still comes is late."""

    wire_name: ClassVar[str] = "tasks.report_marked_missing.v1"
    unit_id: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFigure:
    """A coded statistical item of a report."""

    code: str
    value: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDocument:
    """The document that the report is, as the unit issued it."""

    number: str
    dated: date
    signer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFields:
    """What a report says, in the seven fields of the programme."""

    direction: str = ""
    institutions: str = ""
    procedures: str = ""
    organisation: str = ""
    staff: str = ""
    finance: str = ""
    modernisation: str = ""
    difficulties: str = ""
    proposals: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportWritten(Event):
    """A unit's report, as it was sent."""

    wire_name: ClassVar[str] = "tasks.report_written.v1"
    report_id: str
    unit_id: str
    period: str
    discharges: tuple[str, ...]
    fields: ReportFields
    figures: tuple[ReportFigure, ...]
    document: ReportDocument
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportJudged(Event):
    """The desk approved the report, or sent it back with a reason."""

    wire_name: ClassVar[str] = "tasks.report_judged.v1"
    approved: bool
    reason: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderDue(Event):
    """A rule reminds a role of a unit of something, once for each deadline."""

    wire_name: ClassVar[str] = "tasks.reminder_due.v1"
    notice_id: str
    rule: str
    role: str
    task_id: str | None
    duty_id: str | None
    unit_id: str
    due_on: date
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeAcknowledged(Event):
    """Somebody of the unit has seen the reminder."""

    wire_name: ClassVar[str] = "tasks.notice_acknowledged.v1"
    on: date
    by: str
    at: datetime
