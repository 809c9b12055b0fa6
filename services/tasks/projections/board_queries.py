"""Asks the board: lists by unit, plan or state in order of deadlines, counts per unit, and what a schedule has to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, Table, and_, case, exists, func, literal, or_, select

from services.chassis.projection import View
from services.tasks.projections.board_messages import NEVER

ENDED = ("completed", "cancelled", "refused")
WAITING_DUTIES = ("open", "returned", "missing")
DUE_SOON_DAYS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskQuery:
    """Which tasks are wanted; what is not said is not asked for."""

    unit_id: str | None = None
    plan_id: str | None = None
    duty: str | None = None
    paragraph: str | None = None
    state: str | None = None
    overdue: bool | None = None
    due_before: date | None = None
    after: tuple[str, str] | None = None
    limit: int = 50


def list_tasks(view: View, wanted: TaskQuery, today: date) -> Sequence[Row[Any]]:
    """Give one more task than is wanted, in order of deadlines."""
    tasks = view.table("tasks")
    equal = {
        "unit_id": wanted.unit_id,
        "plan_id": wanted.plan_id,
        "duty_code": wanted.duty,
        "paragraph": wanted.paragraph,
        "state": wanted.state,
    }
    query = select(tasks).where(*_equal(tasks, equal)).order_by(tasks.c.sort_due, tasks.c.task_id)
    return view.connection.execute(_dated(query, tasks, wanted, today).limit(wanted.limit + 1)).all()


def _equal(rows: Table, told: Mapping[str, str | None]) -> list[ColumnElement[bool]]:
    return [rows.c[name] == value for name, value in told.items() if value is not None]


def _dated(query: Select[Any], tasks: Table, wanted: TaskQuery, today: date) -> Select[Any]:
    if wanted.overdue is not None:
        late = _is_overdue(tasks, today)
        query = query.where(late if wanted.overdue else ~late)
    if wanted.due_before is not None:
        query = query.where(tasks.c.sort_due < wanted.due_before.isoformat())
    if wanted.after is not None:
        due, task_id = wanted.after
        later = and_(tasks.c.sort_due == due, tasks.c.task_id > task_id)
        query = query.where(tasks.c.sort_due >= due).where(or_(tasks.c.sort_due > due, later))
    return query


def _is_overdue(tasks: Table, today: date) -> ColumnElement[bool]:
    return and_(tasks.c.state.notin_(ENDED), tasks.c.sort_due < today.isoformat())


def counts_by(view: View, column: str, on: date, where: Mapping[str, str | None]) -> Sequence[Row[Any]]:
    """Count tasks as they stood in the evening of a day, by the values of a column."""
    tasks = view.table("tasks")
    day, soon = on.isoformat(), (on + timedelta(days=DUE_SOON_DAYS)).isoformat()
    completed = and_(tasks.c.completed_on.is_not(None), tasks.c.completed_on <= day)
    cancelled = and_(tasks.c.cancelled_on.is_not(None), tasks.c.cancelled_on <= day)
    going = and_(~completed, ~cancelled, tasks.c.state != "refused")
    extended = and_(tasks.c.first_due_on.is_not(None), tasks.c.first_due_on < tasks.c.due_on)
    counted = {
        "total": ~cancelled,
        "open": going,
        "overdue": and_(going, tasks.c.sort_due < day),
        "due_soon": and_(going, tasks.c.sort_due >= day, tasks.c.sort_due <= soon),
        "completed": completed,
        "on_time": and_(completed, tasks.c.timeliness == "on_time"),
        "late": and_(completed, tasks.c.timeliness == "late"),
        "extended": and_(~cancelled, extended),
    }
    sums = [func.coalesce(func.sum(case((told, 1), else_=0)), 0).label(name) for name, told in counted.items()]
    query = select(tasks.c[column], *sums).where(tasks.c.assigned_on <= day, *_equal(tasks, where))
    return view.connection.execute(query.group_by(tasks.c[column]).order_by(tasks.c[column])).all()


def list_owed(view: View, equal: Mapping[str, str | None], *, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """Give one more duty than wanted, in order of their ids."""
    duties = view.table("duties")
    query = select(duties).where(*_equal(duties, equal)).order_by(duties.c.duty_id).limit(limit + 1)
    return view.connection.execute(query if after is None else query.where(duties.c.duty_id > after)).all()


def list_notices(
    view: View, unit_id: str, *, before: tuple[str, str] | None, limit: int, desk: bool
) -> Sequence[Row[Any]]:
    """Give one more of a unit's reminders than wanted, newest first, with what they are about; without the desk's, unless they are asked for."""
    notices, tasks, duties = view.table("notices"), view.table("tasks"), view.table("duties")
    about = (
        tasks.c.title.label("task_title"),
        duties.c.kind.label("report_kind"),
        duties.c.period.label("report_period"),
    )
    every = notices.outerjoin(tasks, tasks.c.task_id == notices.c.task_id)
    every = every.outerjoin(duties, duties.c.duty_id == notices.c.duty_id)
    query = select(notices, *about).select_from(every).where(notices.c.unit_id == unit_id)
    if not desk:
        query = query.where(notices.c.role.like("unit_%"))
    if before is not None:
        on, notice_id = before
        earlier = and_(notices.c.on == on, notices.c.notice_id < notice_id)
        query = query.where(notices.c.on <= on).where(or_(notices.c.on < on, earlier))
    query = query.order_by(notices.c.on.desc(), notices.c.notice_id.desc()).limit(limit + 1)
    return view.connection.execute(query).all()


def unreminded(view: View, rule: str, days: int, today: date, *, limit: int) -> Sequence[Row[Any]]:
    """Give tasks of which a rule should have reminded by today and has not, for the deadline that holds."""
    tasks = view.table("tasks")
    waiting = (tasks.c.state.notin_((*ENDED, "split", "reported")), tasks.c.sort_due < NEVER)
    query = _unreminded(view, tasks, tasks.c.sort_due, (rule, days), today)
    return view.connection.execute(query.where(*waiting).limit(limit)).all()


def unreminded_duties(view: View, rule: str, days: int, today: date, *, limit: int) -> Sequence[Row[Any]]:
    """Give duties of which a rule should have reminded by today and has not."""
    duties = view.table("duties")
    query = _unreminded(view, duties, duties.c.due_on_rolled, (rule, days), today)
    return view.connection.execute(query.where(duties.c.state.in_(WAITING_DUTIES)).limit(limit)).all()


def _unreminded(view: View, rows: Table, due: Column[Any], rule: tuple[str, int], today: date) -> Select[Any]:
    key, notice_id = next(iter(rows.primary_key)), view.table("notices").c.notice_id
    code, days = rule
    told = exists().where(notice_id == literal(f"{code}.") + rows.c.due_on + literal(".") + key)
    # As the rules have it: what was late when it became known is only ever said to be late.
    known_in_time = (due >= rows.c.known_on,) if days <= 0 else ()
    latest = (today - timedelta(days=days)).isoformat()
    return select(rows).where(due <= latest, ~told, *known_in_time).order_by(due, key)


def overdue_duties(view: View, today: date) -> Sequence[str]:
    """Name the duties whose day has passed without a report."""
    duties = view.table("duties")
    wanted = select(duties.c.duty_id).where(duties.c.state == "open", duties.c.due_on_rolled < today.isoformat())
    return view.connection.execute(wanted).scalars().all()


def split_tasks(view: View) -> Sequence[str]:
    """Name the tasks that wait for their parts and have none open."""
    tasks = view.table("tasks")
    parts = select(tasks.c.parent_task_id).where(
        tasks.c.parent_task_id.is_not(None), tasks.c.state.notin_(("completed", "cancelled"))
    )
    wanted = select(tasks.c.task_id).where(tasks.c.state == "split", tasks.c.task_id.notin_(parts))
    return view.connection.execute(wanted).scalars().all()


def plan_ids(view: View) -> Sequence[str]:
    """Name every plan."""
    return view.connection.execute(select(view.table("plans").c.plan_id)).scalars().all()
