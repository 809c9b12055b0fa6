"""Reminders. Rules are data: so many days before or after a deadline, a role is reminded. Each occurrence once, for ever."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.chassis.domain import Event
from services.tasks.domain.errors import UnknownNotice
from services.tasks.domain.report_events import NoticeAcknowledged, ReminderDue

TASK = "task"
REPORT = "report"
"""What a rule may be about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """When a rule reminds whom of what. `days` counts from the rolled deadline, before it when negative."""

    code: str
    about: str
    days: int
    role: str
    text_vi: str
    text_en: str


RULES: Sequence[Rule] = (
    Rule(
        code="task_due_in_7",
        about=TASK,
        days=-7,
        role="unit_clerk",
        text_vi="Nhiệm vụ sắp đến hạn: còn không quá 7 ngày",
        text_en="The task is due within 7 days",
    ),
    Rule(
        code="task_due_in_2",
        about=TASK,
        days=-2,
        role="unit_clerk",
        text_vi="Nhiệm vụ sắp đến hạn: còn không quá 2 ngày",
        text_en="The task is due within 2 days",
    ),
    Rule(
        code="task_due_today",
        about=TASK,
        days=0,
        role="unit_head",
        text_vi="Nhiệm vụ đến hạn hôm nay",
        text_en="The task is due today",
    ),
    Rule(
        code="task_overdue_1",
        about=TASK,
        days=1,
        role="unit_head",
        text_vi="Nhiệm vụ đã quá hạn",
        text_en="The task is overdue",
    ),
    Rule(
        code="task_overdue_7",
        about=TASK,
        days=7,
        role="reform_desk",
        text_vi="Nhiệm vụ đã quá hạn 7 ngày",
        text_en="The task is 7 days overdue",
    ),
    Rule(
        code="task_overdue_30",
        about=TASK,
        days=30,
        role="chairman",
        text_vi="Nhiệm vụ đã quá hạn 30 ngày",
        text_en="The task is 30 days overdue",
    ),
    Rule(
        code="report_due_in_2",
        about=REPORT,
        days=-2,
        role="unit_clerk",
        text_vi="Báo cáo sắp đến hạn: còn không quá 2 ngày",
        text_en="The report is due within 2 days",
    ),
    Rule(
        code="report_due_today",
        about=REPORT,
        days=0,
        role="unit_head",
        text_vi="Báo cáo đến hạn hôm nay",
        text_en="The report is due today",
    ),
    Rule(
        code="report_overdue_1",
        about=REPORT,
        days=1,
        role="unit_head",
        text_vi="Báo cáo đã quá hạn",
        text_en="The report is overdue",
    ),
    Rule(
        code="report_overdue_7",
        about=REPORT,
        days=7,
        role="chairman",
        text_vi="Báo cáo đã quá hạn 7 ngày",
        text_en="The report is 7 days overdue",
    ),
)
"""The rules that hold where a tenant has none of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """Something that is awaited: a task or a report, of whom, until when, and since when we know of it."""

    about: str
    name: str
    unit_id: str
    due_on: date
    due_on_rolled: date
    known_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A reminder, and whether somebody has seen it."""

    due: ReminderDue | None = None
    acknowledged: NoticeAcknowledged | None = None


INITIAL = Notice()


def evolve(state: Notice, event: Event) -> Notice:
    """Fold one fact into the state."""
    match event:
        case ReminderDue():
            return replace(state, due=event)
        case NoticeAcknowledged():
            return replace(state, acknowledged=event)
        case _:
            return state


def reminder_of(awaited: Awaited, rule: Rule, at: datetime) -> ReminderDue | None:
    """Give the reminder of a rule when it is due by now.

    What was past its deadline when we first knew of it is only ever said to be late.
    """
    on = awaited.due_on_rolled + timedelta(days=rule.days)
    was_late_before = rule.days <= 0 and awaited.due_on_rolled < awaited.known_on
    if rule.about != awaited.about or on > at.date() or was_late_before:
        return None
    is_task = awaited.about == TASK
    return ReminderDue(
        notice_id=f"{rule.code}.{awaited.due_on.isoformat()}.{awaited.name}",
        rule=rule.code,
        role=rule.role,
        task_id=awaited.name if is_task else None,
        duty_id=None if is_task else awaited.name,
        unit_id=awaited.unit_id,
        due_on=awaited.due_on,
        on=max(on, awaited.known_on),
        at=at,
    )


def remind(state: Notice, reminder: ReminderDue) -> tuple[Event, ...]:
    """Remind, once."""
    return () if state.due is not None else (reminder,)


def acknowledge(state: Notice, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Say that the reminder was seen, once."""
    if state.due is None:
        raise UnknownNotice
    return () if state.acknowledged is not None else (NoticeAcknowledged(on=at.date(), by=by, at=at),)
