"""How a task is shown: the same words whether it comes from the board or from its own facts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from services.chassis.domain import Event
from services.chassis.identity.callers import Caller
from services.tasks.api.service import UNIT_ROLES, tasks
from services.tasks.domain.task import ENDED, IN_HAND, RollUp, State, Task
from services.tasks.handlers.kinds import TASK

_NOT_AWAITED = frozenset({*ENDED, State.REFUSED})


def board_summary(row: Row[Any], today: date) -> dict[str, Any]:
    """Show a task of the board."""
    told = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    told["cooperating"] = msgspec.json.decode(told["cooperating"])
    told["progress"] = told["percent"]
    told["extension_pending"] = bool(told["extension_pending"])
    return _summary(told, _day(told["due_on_rolled"]), today)


def state_summary(state: Task, today: date, updated_at: object) -> dict[str, Any]:
    """Show a task as its facts have it."""
    told = {
        **_named(state.task, _GIVEN),
        "state": state.state,
        "due_on": state.due_on,
        "due_on_rolled": state.due_on_rolled,
        "first_due_on": state.first_due_on,
        "timeliness": state.completed.timeliness if state.completed else None,
        "completed_on": state.completed.completed_on if state.completed else None,
        "progress": state.progress.percent if state.progress else None,
        "extension_pending": state.pending is not None,
        "updated_at": updated_at,
    }
    return _summary(told, state.due_on_rolled, today)


_GIVEN = (
    "task_id",
    "plan_id",
    "duty_code",
    "paragraph",
    "title",
    "unit_id",
    "cooperating",
    "cadence",
    "parent_task_id",
    "assigned_on",
)
_SUMMARY = (
    *_GIVEN,
    "state",
    "due_on",
    "due_on_rolled",
    "first_due_on",
    "timeliness",
    "completed_on",
    "progress",
    "extension_pending",
    "updated_at",
)


def _summary(told: Mapping[str, Any], due: date | None, today: date) -> dict[str, Any]:
    awaited = told["state"] not in _NOT_AWAITED
    days_left = (due - today).days if due is not None and awaited else None
    return {
        **{name: told[name] for name in _SUMMARY},
        "days_left": days_left,
        "overdue": days_left is not None and days_left < 0,
        "waits_for": waits_for(told["state"], told["unit_id"]),
    }


def waits_for(state: str, unit_id: str) -> dict[str, str | None] | None:
    """Say whose turn it is: the unit's, or the desk's, which is no unit's."""
    match state:
        case State.ASSIGNED:
            return {"role": "unit_head", "unit_id": unit_id}
        case State.ACCEPTED | State.RETURNED | State.SPLIT:
            return {"role": "unit_clerk", "unit_id": unit_id}
        case State.REPORTED | State.REFUSED:
            return {"role": "reform_desk", "unit_id": None}
        case _:
            return None


def timeline(task_id: str) -> Iterator[dict[str, Any]]:
    """Tell what happened to a task, in order."""
    service = tasks()
    for fact in service.streams.store.load(TASK.stream(task_id)):
        event = service.streams.registry.decode(fact.type, fact.data)
        yield _told(event, fact.type.split(".")[1])


def _told(event: Event, what: str) -> dict[str, Any]:
    note = next((said for name in ("note", "reason", "title") if (said := getattr(event, name, None))), None)
    return {
        "at": getattr(event, "at", None),
        "on": getattr(event, "on", None) or getattr(event, "assigned_on", None),
        "what": what,
        "by": getattr(event, "by", None),
        "unit_id": getattr(event, "unit_id", None),
        "note": note,
    }


def detail(state: Task, caller: Caller) -> dict[str, Any]:
    """Show everything about a task, and what the caller may do about it now."""
    service = tasks()
    happened = list(timeline(state.task.task_id))
    today = service.clock.business_now().date()
    return {
        **state_summary(state, today, happened[-1]["at"]),
        "text": state.task.text,
        "day_rule": state.task.day_rule,
        "deliverable": state.task.deliverable,
        "timeline": happened,
        "evidence": [_named(it, _EVIDENCE) for it in state.evidence],
        "extensions": [_named(it, _EXTENSION) for it in state.extensions],
        "parts": state.parts,
        "roll_up": state.roll_up,
        "actions": sorted(actions(state, caller)),
    }


_EVIDENCE = ("evidence_id", "kind", "title", "number", "dated", "signer", "file")
_EXTENSION = ("n", "requested_on", "new_due_on", "reason", "decision", "decided_on", "due_on")


def _named(told: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(told, name) for name in names}


def actions(state: Task, caller: Caller) -> Iterator[str]:
    """Name what the caller may do now, by the last part of its path."""
    if "tasks:act" in caller.scopes and caller.may_act_for(state.task.unit_id, UNIT_ROLES):
        yield from _of_unit(state)
    elif "tasks:act" in caller.scopes and caller.units_as(*UNIT_ROLES).intersection(state.task.cooperating):
        yield from {"progress", "evidence", "files"} if state.state in IN_HAND else ()
    if "tasks:lead" in caller.scopes:
        yield from _of_desk(state, caller)


def _of_unit(state: Task) -> Iterator[str]:
    if state.state is State.ASSIGNED:
        yield from ("acceptance", "refusal")
    if state.state in IN_HAND:
        yield from ("progress", "evidence", "files", "completion", "split")
        if state.pending is None and state.due_on is not None:
            yield "extensions"
    if state.state is State.SPLIT and state.roll_up == RollUp.BY_UNIT:
        yield "completion"


def _of_desk(state: Task, caller: Caller) -> Iterator[str]:
    if state.state is State.REPORTED:
        yield "completion-return"
        if state.reported is not None and state.reported.by != caller.subject:
            yield "completion-acceptance"
    if state.state not in ENDED:
        yield "cancellation"
    if state.state in {State.COMPLETED, State.CANCELLED, State.REFUSED} and not (
        state.state is State.COMPLETED and state.roll_up == RollUp.ALL_PARTS
    ):
        yield "reopening"
    if state.pending is not None and state.open_for_extension and state.pending.requested_by != caller.subject:
        yield "extension-decisions"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
