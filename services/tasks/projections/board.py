"""The board: tasks, what units owe and whom rules remind, one row each, found by indexes however long the history is."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import known_rows, told, write_rows
from services.tasks.projections import board_messages as said

_TASK_TEXTS = (
    "plan_id",
    "duty_code",
    "paragraph",
    "title",
    "cooperating",
    "cadence",
    "parent_task_id",
    "due_on",
    "due_on_rolled",
    "first_due_on",
    "timeliness",
    "assigned_on",
    "known_on",
    "completed_on",
    "cancelled_on",
    "updated_at",
)
_DUTY_TEXTS = (
    "kind",
    "period",
    "opens_on",
    "due_on",
    "due_on_rolled",
    "known_on",
    "report_id",
    "timeliness",
    "updated_at",
)
_NOTICE_TEXTS = ("rule", "role", "task_id", "duty_id", "due_on", "on", "at", "acknowledged_at")


class Board:
    """Three tables: `tasks`, `duties` and `notices`."""

    name = "tasks_board"
    version = 1
    topics: tuple[str, ...] = ("tasks.task.events.v1", "tasks.report.events.v1")

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the tables and what finds their rows."""
        _define_tasks(metadata, name)
        duties = Table(
            name("duties"),
            metadata,
            Column("duty_id", String, primary_key=True),
            Column("unit_id", String, nullable=False),
            Column("state", String, nullable=False),
            *(Column(column, String) for column in _DUTY_TEXTS),
        )
        Index(name("duties_unit"), duties.c.unit_id, duties.c.duty_id)
        Index(name("duties_state"), duties.c.state, duties.c.due_on_rolled)
        notices = Table(
            name("notices"),
            metadata,
            Column("notice_id", String, primary_key=True),
            Column("unit_id", String, nullable=False),
            *(Column(column, String) for column in _NOTICE_TEXTS),
        )
        Index(name("notices_unit"), notices.c.unit_id, notices.c.on, notices.c.notice_id)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: each row it touches is read once and written once."""
        messages = list(told(batch, said.KINDS))
        _apply_tasks(view, [it for it in messages if isinstance(it[1], said.Assigned | said.Moved)])
        _apply_duties(view, [it for it in messages if isinstance(it[1], said.Opened | said.Reported)])
        _apply_notices(view, [it for it in messages if isinstance(it[1], said.Reminded | said.Acknowledged)])


def _define_tasks(metadata: MetaData, name: TableName) -> None:
    tasks = Table(
        name("tasks"),
        metadata,
        Column("task_id", String, primary_key=True),
        Column("unit_id", String, nullable=False),
        Column("state", String, nullable=False),
        Column("sort_due", String, nullable=False),
        Column("extension_pending", Integer),
        Column("percent", Integer),
        *(Column(column, Text) for column in _TASK_TEXTS),
    )
    Index(name("tasks_due"), tasks.c.sort_due, tasks.c.task_id)
    Index(name("tasks_unit"), tasks.c.unit_id, tasks.c.sort_due, tasks.c.task_id)
    Index(name("tasks_state"), tasks.c.state, tasks.c.sort_due, tasks.c.task_id)
    Index(name("tasks_duty"), tasks.c.plan_id, tasks.c.duty_code, tasks.c.sort_due, tasks.c.task_id)


Messages = Iterable[tuple[str, Any]]


def _apply_tasks(view: View, messages: Messages) -> None:
    table = view.table("tasks")
    rows = known_rows(view, table, (message.task_id for _, message in messages))
    for kind, message in messages:
        if isinstance(message, said.Assigned):
            rows[message.task_id] = said.assigned(message)
        elif (row := rows.get(message.task_id)) is not None:
            said.MOVES[kind](row, message)
            row["updated_at"] = message.at
    write_rows(view, table, rows.values())


def _apply_duties(view: View, messages: Messages) -> None:
    table = view.table("duties")
    rows = known_rows(view, table, (message.duty_id for _, message in messages))
    for kind, message in messages:
        if isinstance(message, said.Opened):
            row = msgspec.structs.asdict(message)
            row |= {"state": "open", "known_on": message.at[:10], "updated_at": message.at}
            rows[message.duty_id] = row
        elif row := rows.get(message.duty_id, {}):
            row |= {"state": said.DUTY_STATES[kind], "updated_at": message.at}
            row |= {name: value for name in ("report_id", "timeliness") if (value := getattr(message, name))}
    write_rows(view, table, rows.values())


def _apply_notices(view: View, messages: Messages) -> None:
    table = view.table("notices")
    rows = known_rows(view, table, (message.notice_id for _, message in messages))
    for _, message in messages:
        if isinstance(message, said.Reminded):
            rows[message.notice_id] = msgspec.structs.asdict(message)
        elif (row := rows.get(message.notice_id)) is not None:
            row["acknowledged_at"] = message.at
    write_rows(view, table, rows.values())


BOARD = Board()
"""The one instance: builds are cached by it."""
