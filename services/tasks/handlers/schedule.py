"""What falls due by itself: reports are asked for, missing ones marked, rules remind. Whoever runs it again changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from services.tasks.domain import notice
from services.tasks.domain.notice import REPORT, Awaited, Rule
from services.tasks.domain.report_duty import WAITING
from services.tasks.domain.report_events import ReminderDue
from services.tasks.domain.task import State
from services.tasks.handlers.kinds import DUTY, NOTICE, TASK
from services.tasks.handlers.service import Tasks
from services.tasks.handlers.together import Change

AT_ONCE = 100
"""So many reminders are recorded in one transaction."""

REMINDED = frozenset({State.ASSIGNED, State.ACCEPTED, State.RETURNED})
"""In these states a unit is expected to do something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looking:
    """What the read models say a run has to look at; the streams decide."""

    plans: Callable[[], Sequence[str]]
    overdue_duties: Callable[[date], Sequence[str]]
    unreminded: Callable[[Rule, date], Sequence[Row[Any]]]
    split_tasks: Callable[[], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a run has recorded."""

    reports_asked_for: int
    marked_missing: int
    reminders: int


def run_schedule(service: Tasks, looking: Looking, at: datetime) -> Ran:
    """Record everything that is due by a business time."""
    asked = sum(service.plans.open_periods(plan_id, at) for plan_id in looking.plans())
    missing = sum(service.plans.mark_missing(duty_id, at) for duty_id in looking.overdue_duties(at.date()))
    for task_id in looking.split_tasks():
        service.desk.roll_up(service.desk.roll_up_whole(task_id, at).state, at)
    reminders = sum(_remind(service, rule, looking.unreminded(rule, at.date()), at) for rule in service.rules)
    return Ran(reports_asked_for=asked, marked_missing=missing, reminders=reminders)


def _remind(service: Tasks, rule: Rule, rows: Sequence[Row[Any]], at: datetime) -> int:
    due = list(_reminders(service, rule, rows, at))
    new = [it for it in due if service.streams.load(NOTICE, it.notice_id).state.due is None]
    for start in range(0, len(new), AT_ONCE):
        some = new[start : start + AT_ONCE]
        service.together.decide([Change.by(NOTICE, it.notice_id, notice.remind, it) for it in some])
    return len(new)


def _reminders(service: Tasks, rule: Rule, rows: Sequence[Row[Any]], at: datetime) -> Iterator[ReminderDue]:
    for row in rows:
        known_on = date.fromisoformat(row.known_on)
        found = (
            _awaited_report(service, row.duty_id, known_on)
            if rule.about == REPORT
            else _awaited_task(service, row.task_id, known_on)
        )
        if found is not None and (reminder := notice.reminder_of(found, rule, at)) is not None:
            yield reminder


def _awaited_task(service: Tasks, task_id: str, known_on: date) -> Awaited | None:
    state = service.streams.load(TASK, task_id).state
    if state.state not in REMINDED or state.due_on is None:
        return None
    return Awaited(
        about=notice.TASK,
        name=task_id,
        unit_id=state.task.unit_id,
        due_on=state.due_on,
        due_on_rolled=state.due_on_rolled or state.due_on,
        known_on=known_on,
    )


def _awaited_report(service: Tasks, duty_id: str, known_on: date) -> Awaited | None:
    state = service.streams.load(DUTY, duty_id).state
    if state.state not in WAITING:
        return None
    return Awaited(
        about=REPORT,
        name=duty_id,
        unit_id=state.duty.unit_id,
        due_on=state.duty.due_on,
        due_on_rolled=state.duty.due_on_rolled,
        known_on=known_on,
    )
