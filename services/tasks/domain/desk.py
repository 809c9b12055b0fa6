"""What the reform desk does about a task: check its completion, cancel it, reopen it. Nobody accepts their own report."""

from services.chassis.domain import Event
from services.tasks.domain import events
from services.tasks.domain.commands import AcceptCompletion, CancelTask, ReopenTask, ReturnCompletion
from services.tasks.domain.errors import HasParts, NotEnded, NotReported, OwnReport, TaskHasEnded
from services.tasks.domain.task import ENDED, RollUp, State, Task
from services.tasks.domain.telling import told_by


def accept_completion(state: Task, command: AcceptCompletion) -> tuple[Event, ...]:
    """Find the report right; it counts from the day of the report."""
    task_id = state.task.task_id
    if state.state is State.COMPLETED:
        return ()
    if state.state is not State.REPORTED or state.reported is None:
        raise NotReported(task_id=task_id, state=state.state)
    if state.reported.by == command.by:
        raise OwnReport("Who reports a completion cannot accept it.", task_id=task_id)
    accepted = told_by(
        command,
        events.CompletionAccepted,
        unit_id=state.task.unit_id,
        completed_on=state.reported.on,
        timeliness=state.timeliness_on(state.reported.on),
        due_on=state.due_on,
        first_due_on=state.first_due_on,
    )
    return (accepted,)


def return_completion(state: Task, command: ReturnCompletion) -> tuple[Event, ...]:
    """Send the report back."""
    task_id = state.task.task_id
    if state.state is State.RETURNED:
        return ()
    if state.state is not State.REPORTED:
        raise NotReported(task_id=task_id, state=state.state)
    return (told_by(command, events.CompletionReturned, unit_id=state.task.unit_id),)


def cancel(state: Task, command: CancelTask) -> tuple[Event, ...]:
    """Let nobody have to do the task."""
    task_id = state.task.task_id
    if state.state is State.CANCELLED:
        return ()
    if state.state is State.COMPLETED:
        raise TaskHasEnded(task_id=task_id, state=state.state)
    return (told_by(command, events.TaskCancelled),)


def cancel_with_whole(state: Task, command: CancelTask) -> tuple[Event, ...]:
    """Let nobody have to do a part of a task that is cancelled; one that ended stays as it is."""
    return () if state.state in ENDED else cancel(state, command)


def reopen(state: Task, command: ReopenTask) -> tuple[Event, ...]:
    """Let a task that had ended go on: a refused one waits for an answer again, any other is in hand."""
    task_id = state.task.task_id
    if state.state not in {State.COMPLETED, State.CANCELLED, State.REFUSED}:
        raise NotEnded(task_id=task_id, state=state.state)
    if state.state is State.COMPLETED and state.roll_up == RollUp.ALL_PARTS:
        raise HasParts(task_id=task_id, parts=state.parts)
    return (_reopened(state, command),)


def reopen_with_part(state: Task, command: ReopenTask) -> tuple[Event, ...]:
    """Let the whole go on because a part does."""
    return (_reopened(state, command),) if state.state is State.COMPLETED else ()


def _reopened(state: Task, command: ReopenTask) -> events.TaskReopened:
    after = State.SPLIT if state.parts else State.ASSIGNED if state.state is State.REFUSED else State.ACCEPTED
    return told_by(command, events.TaskReopened, state=after)
