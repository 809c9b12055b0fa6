"""The kinds of streams of the tasks service, and every fact that can stand in them."""

from services.chassis.event_registry import EventRegistry
from services.chassis.streams import Kind
from services.tasks.domain import events, intake, notice, plan, plan_events, report, report_duty, report_events, task

PLAN = Kind("plan", plan.INITIAL, plan.evolve)
TASK = Kind("task", task.INITIAL, task.evolve)
DUTY = Kind("duty", report_duty.INITIAL, report_duty.evolve)
REPORT = Kind("report", report.INITIAL, report.evolve)
NOTICE = Kind("notice", notice.INITIAL, notice.evolve)
INTAKE = Kind("intake", intake.INITIAL, intake.evolve)

REGISTRY = EventRegistry(
    (
        plan_events.PlanRegistered,
        plan_events.PeriodOpened,
        events.TaskAssigned,
        events.TaskAccepted,
        events.TaskRefused,
        events.TaskSplit,
        events.ProgressReported,
        events.EvidenceAttached,
        events.CompletionReported,
        events.CompletionAccepted,
        events.CompletionReturned,
        events.ExtensionRequested,
        events.ExtensionDecided,
        events.TaskCancelled,
        events.TaskReopened,
        report_events.ReportDutyOpened,
        report_events.ReportSubmitted,
        report_events.ReportReturned,
        report_events.ReportApproved,
        report_events.ReportMarkedMissing,
        report_events.ReportWritten,
        report_events.ReportJudged,
        report_events.ReminderDue,
        report_events.NoticeAcknowledged,
        intake.EventTaken,
    )
)
