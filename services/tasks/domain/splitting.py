"""A task passed down in parts: each part is a task of its own, and what completes the whole is declared at the split."""

from datetime import datetime

from services.chassis.domain import Event
from services.tasks.domain import events
from services.tasks.domain.commands import AssignTask, SplitTask
from services.tasks.domain.errors import PartsUnclear
from services.tasks.domain.names import part_name
from services.tasks.domain.task import ENDED, Parts, RollUp, State, Task
from services.tasks.domain.telling import told_by
from services.tasks.domain.work import in_hand, of_its_unit

ROLLED_UP_BY = "roll-up"
"""Who completes a task whose parts are all completed: nobody, by the rule declared at the split."""


def split(state: Task, command: SplitTask) -> tuple[Event, ...]:
    """Pass the task down."""
    of_its_unit(state, command)
    in_hand(state, command)
    if not command.parts or len(set(command.parts)) < len(command.parts):
        raise PartsUnclear(task_id=command.task_id)
    names = tuple(part_name(command.task_id, nth) for nth in range(1, len(command.parts) + 1))
    return (told_by(command, events.TaskSplit, parts=names),)


def parts_of(state: Task, command: SplitTask) -> tuple[AssignTask, ...]:
    """Give what the parts of a task ask: its own plan, duty and deadline, each its own unit and title."""
    whole = state.task
    return tuple(
        AssignTask(
            task_id=part_name(command.task_id, nth),
            title=part.title,
            text=part.title,
            unit_id=part.unit_id,
            cooperating=whole.cooperating,
            due_on=state.due_on,
            due_on_rolled=state.due_on_rolled,
            cadence=whole.cadence,
            day_rule=whole.day_rule,
            deliverable=whole.deliverable,
            plan_id=whole.plan_id,
            paragraph=whole.paragraph,
            parent_task_id=whole.task_id,
            assigned_on=command.on,
            by=command.by,
            at=command.at,
        )
        for nth, part in enumerate(command.parts, 1)
    )


def roll_up(state: Task, parts: Parts, at: datetime) -> tuple[Event, ...]:
    """Complete the whole when its parts are, on the day on which the last of them was."""
    days = [part.completed.completed_on for part in parts.values() if part.completed is not None]
    waits = state.state is State.SPLIT and state.roll_up == RollUp.ALL_PARTS
    if not waits or not days or any(part.state not in ENDED for part in parts.values()):
        return ()
    completed_on = max(days)
    rolled_up = events.CompletionAccepted(
        unit_id=state.task.unit_id,
        note="",
        completed_on=completed_on,
        timeliness=state.timeliness_on(completed_on),
        due_on=state.due_on,
        first_due_on=state.first_due_on,
        on=at.date(),
        by=ROLLED_UP_BY,
        at=at,
    )
    return (rolled_up,)
