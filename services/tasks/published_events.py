"""Which private facts become public messages, one by one. What is not listed here stays inside.

No name of a person leaves, and no free text but a task's title and a plan's own words.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.chassis.broker.port import Topic
from services.chassis.clock import Clock
from services.chassis.domain import Event
from services.chassis.ids import NewId
from services.chassis.publishing import Message, MessageWriter, Said, Saying, plain
from services.tasks.domain import events, plan_events, report_events

TASKS = "tasks.task.events.v1"
REPORTS = "tasks.report.events.v1"
PLANS = "tasks.plan.state.v1"

TOPICS = (Topic(name=TASKS), Topic(name=REPORTS), Topic(name=PLANS, compacted=True))
"""Every topic that this service writes."""


def _about_task(*names: str) -> Saying:
    return plain(*names, "on", "at", task_id="")


def _about_duty(*names: str) -> Saying:
    return plain(*names, "on", "at", duty_id="")


def _planned(event: plan_events.PlanRegistered, _said: Said) -> Mapping[str, object]:
    names = ("plan_id", "number", "title_vi", "title_en", "issued_on", "issuer_unit_id", "year", "at")
    return {**{name: getattr(event, name) for name in names}, "duties": [_duty(duty) for duty in event.duties]}


def _duty(duty: plan_events.Duty) -> Mapping[str, object]:
    names = ("code", "paragraph", "text_vi", "text_en", "lead_unit_ids", "deadline", "cadence", "linked_target_codes")
    return {name: getattr(duty, name) for name in names}


_PLAN_KEY: Callable[[Any, Said], str] = lambda event, _said: str(event.plan_id)  # noqa: E731 - a table's cell

ASSIGNED = (
    "task_id",
    "plan_id",
    "duty_code",
    "paragraph",
    "unit_id",
    "cooperating",
    "title",
    "due_on",
    "due_on_rolled",
    "cadence",
    "parent_task_id",
    "assigned_on",
    "at",
)
COMPLETED = ("unit_id", "completed_on", "timeliness", "due_on", "first_due_on")
REMINDED = ("notice_id", "rule", "role", "task_id", "duty_id", "unit_id", "due_on", "on", "at")
OPENED = ("duty_id", "kind", "unit_id", "period", "opens_on", "due_on", "due_on_rolled", "at")

MESSAGES: Mapping[type[Event], Message] = {
    events.TaskAssigned: Message(topic=TASKS, fact="task_assigned", data=plain(*ASSIGNED)),
    events.TaskAccepted: Message(topic=TASKS, fact="task_accepted", data=_about_task("unit_id")),
    events.TaskRefused: Message(topic=TASKS, fact="task_refused", data=_about_task("unit_id")),
    events.TaskSplit: Message(topic=TASKS, fact="task_split", data=_about_task("parts", "roll_up")),
    events.ProgressReported: Message(topic=TASKS, fact="progress_reported", data=_about_task("unit_id", "percent")),
    events.EvidenceAttached: Message(topic=TASKS, fact="evidence_attached", data=_about_task("evidence_id", "kind")),
    events.CompletionReported: Message(topic=TASKS, fact="completion_reported", data=_about_task("unit_id")),
    events.CompletionAccepted: Message(topic=TASKS, fact="completion_accepted", data=_about_task(*COMPLETED)),
    events.CompletionReturned: Message(topic=TASKS, fact="completion_returned", data=_about_task("unit_id")),
    events.ExtensionRequested: Message(topic=TASKS, fact="extension_requested", data=_about_task("n", "new_due_on")),
    events.ExtensionDecided: Message(
        topic=TASKS, fact="extension_decided", data=_about_task("n", "decision", "due_on", "due_on_rolled")
    ),
    events.TaskCancelled: Message(topic=TASKS, fact="task_cancelled", data=_about_task()),
    events.TaskReopened: Message(topic=TASKS, fact="task_reopened", data=_about_task("state")),
    report_events.ReminderDue: Message(topic=TASKS, fact="reminder_due", data=plain(*REMINDED)),
    report_events.NoticeAcknowledged: Message(
        topic=TASKS, fact="notice_acknowledged", data=plain("on", "at", notice_id="")
    ),
    report_events.ReportDutyOpened: Message(topic=REPORTS, fact="report_duty_opened", data=plain(*OPENED)),
    report_events.ReportSubmitted: Message(
        topic=REPORTS, fact="report_submitted", data=_about_duty("report_id", "unit_id", "timeliness")
    ),
    report_events.ReportReturned: Message(
        topic=REPORTS, fact="report_returned", data=_about_duty("report_id", "unit_id")
    ),
    report_events.ReportApproved: Message(
        topic=REPORTS, fact="report_approved", data=_about_duty("report_id", "unit_id")
    ),
    report_events.ReportMarkedMissing: Message(
        topic=REPORTS, fact="report_marked_missing", data=_about_duty("unit_id")
    ),
    plan_events.PlanRegistered: Message(topic=PLANS, fact="plan_registered", data=_planned, key=_PLAN_KEY),
}


class Publisher(MessageWriter):
    """Writes the service's public messages of one tenant, in one life of the store."""

    def __init__(self, tenant: str, incarnation: UUID, clock: Clock, new_id: NewId) -> None:
        """Name the tenant and the life of the store."""
        super().__init__(MESSAGES, tenant=tenant, service="tasks", incarnation=incarnation, clock=clock, new_id=new_id)
