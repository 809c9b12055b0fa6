"""Later deadlines: asked for, granted, granted in part, refused. The first deadline is never lost."""

from datetime import date
from enum import StrEnum

from services.chassis.domain import Event
from services.tasks.domain import events
from services.tasks.domain.commands import DecideExtension, RequestExtension
from services.tasks.domain.errors import (
    DeadlineInPast,
    DecisionOutOfRange,
    ExtensionDecidedAlready,
    ExtensionNotLater,
    ExtensionPending,
    NoDeadline,
    OwnRequest,
    TaskHasEnded,
    UnknownExtension,
)
from services.tasks.domain.task import Extension, Task
from services.tasks.domain.telling import told_by
from services.tasks.domain.work import in_hand, of_its_unit
from services.tasks.domain.working_days import WorkingDays


class Decision(StrEnum):
    """What may become of a request."""

    APPROVE = "approve"
    APPROVE_IN_PART = "approve_in_part"
    REFUSE = "refuse"


def request(state: Task, command: RequestExtension) -> tuple[Event, ...]:
    """Ask for a later deadline. The same request again, while it waits, asks for nothing."""
    of_its_unit(state, command)
    in_hand(state, command)
    if state.due_on is None:
        raise NoDeadline(task_id=command.task_id)
    if (waiting := state.pending) is not None:
        if (waiting.new_due_on, waiting.reason) == (command.new_due_on, command.reason):
            return ()
        raise ExtensionPending(task_id=command.task_id, n=waiting.n)
    if command.new_due_on < command.on:
        raise DeadlineInPast(due_on=command.new_due_on, today=command.on)
    if command.new_due_on <= state.due_on:
        raise ExtensionNotLater(new_due_on=command.new_due_on, due_on=state.due_on)
    return (told_by(command, events.ExtensionRequested, n=len(state.extensions) + 1),)


def decide(state: Task, command: DecideExtension, days: WorkingDays) -> tuple[Event, ...]:
    """Grant a request, grant it in part, or refuse it."""
    task = state.task
    asked = next((known for known in state.extensions if known.n == command.n), None)
    if asked is None or state.due_on is None:
        raise UnknownExtension(task_id=task.task_id, n=command.n)
    if asked.decision is not None:
        if (asked.decision, asked.due_on) == (command.decision, _wanted(state.due_on, asked, command)):
            return ()
        raise ExtensionDecidedAlready(task_id=task.task_id, n=command.n, decision=asked.decision)
    if not state.open_for_extension:
        raise TaskHasEnded(task_id=task.task_id, state=state.state)
    if asked.requested_by == command.by:
        raise OwnRequest("Who asks for a later deadline cannot grant it.", task_id=task.task_id)
    due_on = _granted(state.due_on, asked, command)
    rolled = days.rolled(due_on, task.day_rule) or due_on
    return (told_by(command, events.ExtensionDecided, due_on=due_on, due_on_rolled=rolled),)


def _granted(due_on: date, asked: Extension, command: DecideExtension) -> date:
    wanted = _wanted(due_on, asked, command)
    if command.decision == Decision.APPROVE_IN_PART and (wanted is None or not due_on < wanted < asked.new_due_on):
        raise DecisionOutOfRange(due_on=due_on, new_due_on=asked.new_due_on, wanted=wanted)
    return wanted or due_on


def _wanted(due_on: date, asked: Extension, command: DecideExtension) -> date | None:
    match command.decision:
        case Decision.APPROVE:
            return asked.new_due_on
        case Decision.APPROVE_IN_PART:
            return command.due_on
        case _:
            return due_on
