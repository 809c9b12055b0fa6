"""Tasks: listed, counted, read, given."""

from typing import Any

from flask import Response

from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import with_etag
from services.chassis.http.guards import Bearer, current_caller, guard, guarded_blueprint
from services.chassis.http.idempotency import command_key, idempotent
from services.chassis.http.paging import after_cursor, page_of
from services.chassis.http.refusals import CursorInvalid, IdempotencyKeyReused
from services.chassis.streams import Versioned
from services.chassis.units import UnknownUnit
from services.tasks.api.forms import Assignment, SummaryQuery, TaskCounts, TaskDetail, TaskList, TaskListQuery
from services.tasks.api.service import known_duty, known_units, leading, tasks
from services.tasks.api.shown import board_summary, detail
from services.tasks.domain.commands import AssignTask
from services.tasks.domain.errors import (
    DeadlineInPast,
    DeadlineUnclear,
    TaskExists,
    UnknownDuty,
    UnknownTask,
)
from services.tasks.domain.task import Task
from services.tasks.handlers.kinds import TASK
from services.tasks.projections.board import BOARD
from services.tasks.projections.board_queries import TaskQuery, counts_by, list_tasks

PREFIX = "/api/tasks/v1/tasks"

blueprint = guarded_blueprint(
    "tasks", __name__, url_prefix=PREFIX, guard=Bearer("tasks:read"), description="Tasks of units."
)


@blueprint.route("")
@refuses(CursorInvalid)
@blueprint.arguments(TaskListQuery, location="query")
@blueprint.response(200, TaskList)
def list_all(query: dict[str, Any]) -> Response:
    """List tasks in order of their deadlines."""
    service = tasks()
    today, limit = service.clock.business_now().date(), query["limit"]
    after = after_cursor(query.pop("cursor"), str, str)
    wanted = TaskQuery(**query, after=(after[0], after[1]) if after else None)
    rows = service.read_model(BOARD, lambda view: list_tasks(view, wanted, today)) or ()
    items, following = page_of(rows, limit, key=lambda row: [row.sort_due, row.task_id])
    return json_answer({"items": [board_summary(row, today) for row in items], "next": following})


@blueprint.route("/summary")
@blueprint.arguments(SummaryQuery, location="query")
@blueprint.response(200, TaskCounts)
def count(query: dict[str, Any]) -> Response:
    """Count each unit's tasks by where they stand, as of a day."""
    service = tasks()
    on = query.pop("as_of") or service.clock.business_now().date()
    rows = service.read_model(BOARD, lambda view: counts_by(view, "unit_id", on, query)) or ()
    return json_answer({"items": [dict(row._mapping) for row in rows]})  # noqa: SLF001 - SQLAlchemy's public name


@blueprint.route("", methods=["POST"])
@guard(Bearer("tasks:lead"))
@refuses(TaskExists, UnknownUnit, UnknownDuty, DeadlineUnclear, DeadlineInPast)
@idempotent
@blueprint.arguments(Assignment)
@blueprint.response(201, TaskDetail)
def assign(sent: dict[str, Any]) -> Response:
    """Give a unit a task."""
    service, key = tasks(), command_key()
    known_units({sent["unit_id"], *sent["cooperating"]})
    known_duty(sent["plan_id"], sent["duty_code"])
    command = _assignment(str(key.id), sent)
    try:
        return task_answer(service.desk.assign(command), status=201)
    except TaskExists:
        raise IdempotencyKeyReused("The key was used for another request.") from None


@blueprint.route("/<task_id>")
@refuses(UnknownTask)
@blueprint.response(200, TaskDetail)
def read_task(task_id: str) -> Response:
    """Read a task: what is asked, what happened, what proves it, and what the caller may do now."""
    return task_answer(tasks().streams.load(TASK, task_id))


def task_answer(at: Versioned[Task], *, status: int = 200) -> Response:
    """Answer with a task and its version."""
    return with_etag(json_answer(detail(at.state, current_caller()), status), at.version)


def _assignment(task_id: str, sent: dict[str, Any]) -> AssignTask:
    days, told = tasks().days, leading(sent)
    today = told["at"].date()
    within = told.pop("due_in_days")
    if (told["due_on"] is not None) + (within is not None) > 1 or not (
        told["due_on"] or within is not None or told["cadence"]
    ):
        raise DeadlineUnclear("Say due_on, due_in_days or a cadence.")
    if within is not None:
        told["due_on"] = days.after(today, within, told["day_rule"])
    if told["due_on"] is not None and told["due_on"] < today:
        raise DeadlineInPast(due_on=told["due_on"], today=today)
    return AssignTask(
        task_id=task_id,
        assigned_on=today,
        due_on_rolled=days.rolled(told["due_on"], told["day_rule"]),
        **{**told, "cooperating": tuple(told["cooperating"]), "text": told["text"] or told["title"]},
    )
