"""What the board reads of the service's own messages, and what each makes of a row."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from services.tasks.domain.task import State

NEVER = "9999-12-31"
"""Stands where something without a deadline has to be sorted."""

Row = dict[str, Any]


class Assigned(msgspec.Struct, frozen=True):
    """A task as it was given."""

    task_id: str
    plan_id: str | None
    duty_code: str | None
    paragraph: str | None
    unit_id: str
    cooperating: list[str]
    title: str
    due_on: str | None
    due_on_rolled: str | None
    cadence: str | None
    parent_task_id: str | None
    assigned_on: str
    at: str


class Moved(msgspec.Struct, frozen=True):
    """Something was done about a task; which of these it tells depends on what."""

    task_id: str
    on: str
    at: str
    completed_on: str | None = None
    timeliness: str | None = None
    due_on: str | None = None
    due_on_rolled: str | None = None
    state: str | None = None
    percent: int | None = None


class Opened(msgspec.Struct, frozen=True):
    """A report is owed."""

    duty_id: str
    kind: str
    unit_id: str
    period: str
    opens_on: str
    due_on: str
    due_on_rolled: str
    at: str


class Reported(msgspec.Struct, frozen=True):
    """Something was done about what is owed."""

    duty_id: str
    on: str
    at: str
    report_id: str | None = None
    timeliness: str | None = None


class Reminded(msgspec.Struct, frozen=True):
    """Somebody is reminded."""

    notice_id: str
    rule: str
    role: str
    task_id: str | None
    duty_id: str | None
    unit_id: str
    due_on: str
    on: str
    at: str


class Acknowledged(msgspec.Struct, frozen=True):
    """Somebody has seen it."""

    notice_id: str
    at: str


def assigned(told: Assigned) -> Row:
    """Give the row of a task that was given."""
    row: Row = msgspec.structs.asdict(told)
    row["cooperating"] = msgspec.json.encode(told.cooperating).decode()
    row |= {"first_due_on": told.due_on, "known_on": told.at[:10], "updated_at": told.at, "state": State.ASSIGNED}
    row["sort_due"] = told.due_on_rolled or told.due_on or NEVER
    del row["at"]
    return row


def _to(state: State, **more: None) -> Callable[[Row, Moved], None]:
    def move(row: Row, _told: Moved) -> None:
        row["state"] = state
        row.update(more)

    return move


def _completed(row: Row, told: Moved) -> None:
    row |= {"state": State.COMPLETED, "completed_on": told.completed_on, "timeliness": told.timeliness}


def _cancelled(row: Row, told: Moved) -> None:
    row |= {"state": State.CANCELLED, "cancelled_on": told.on}


def _reopened(row: Row, told: Moved) -> None:
    row |= {"state": told.state, "completed_on": None, "timeliness": None, "cancelled_on": None}


def _extension_asked(row: Row, _told: Moved) -> None:
    row["extension_pending"] = 1


def _extended(row: Row, told: Moved) -> None:
    row |= {"extension_pending": 0, "due_on": told.due_on, "due_on_rolled": told.due_on_rolled}
    row["sort_due"] = told.due_on_rolled or told.due_on or NEVER


def _progress(row: Row, told: Moved) -> None:
    row["percent"] = told.percent


def _untouched(_row: Row, _told: Moved) -> None:
    """Leave the row but for the time of its newest fact."""


MOVES: Mapping[str, Callable[[Row, Moved], None]] = {
    "cchc.tasks.task_accepted.v1": _to(State.ACCEPTED),
    "cchc.tasks.task_refused.v1": _to(State.REFUSED),
    "cchc.tasks.task_split.v1": _to(State.SPLIT),
    "cchc.tasks.progress_reported.v1": _progress,
    "cchc.tasks.evidence_attached.v1": _untouched,
    "cchc.tasks.completion_reported.v1": _to(State.REPORTED),
    "cchc.tasks.completion_accepted.v1": _completed,
    "cchc.tasks.completion_returned.v1": _to(State.RETURNED),
    "cchc.tasks.extension_requested.v1": _extension_asked,
    "cchc.tasks.extension_decided.v1": _extended,
    "cchc.tasks.task_cancelled.v1": _cancelled,
    "cchc.tasks.task_reopened.v1": _reopened,
}
"""What each message makes of a task's row."""

DUTY_STATES: Mapping[str, str] = {
    "cchc.tasks.report_submitted.v1": "submitted",
    "cchc.tasks.report_returned.v1": "returned",
    "cchc.tasks.report_approved.v1": "approved",
    "cchc.tasks.report_marked_missing.v1": "missing",
}
"""The state of a duty behind each message."""

ASSIGNED = "cchc.tasks.task_assigned.v1"
OPENED = "cchc.tasks.report_duty_opened.v1"
REMINDED = "cchc.tasks.reminder_due.v1"
ACKNOWLEDGED = "cchc.tasks.notice_acknowledged.v1"

KINDS: Mapping[str, type[msgspec.Struct]] = {
    ASSIGNED: Assigned,
    OPENED: Opened,
    REMINDED: Reminded,
    ACKNOWLEDGED: Acknowledged,
    **dict.fromkeys(MOVES, Moved),
    **dict.fromkeys(DUTY_STATES, Reported),
}
"""How each message is read."""
