"""Commands about tasks: one row per command in the table at the foot. What concerns several tasks is recorded at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from services.chassis.domain import Event
from services.chassis.streams import Streams, Versioned
from services.tasks.domain import commands as wish
from services.tasks.domain import desk, extensions, splitting, task, work
from services.tasks.domain.commands import AssignTask, CancelTask, ReopenTask, SplitTask, TaskAction
from services.tasks.domain.task import Parts, Task
from services.tasks.domain.working_days import WorkingDays
from services.tasks.handlers.kinds import TASK
from services.tasks.handlers.together import Beside, Change, Together

Decide = Callable[[Task, Any], Sequence[Event]]


class TaskDesk:
    """Handles commands about tasks."""

    def __init__(self, streams: Streams, together: Together, days: WorkingDays) -> None:
        """Record through `streams`, and what concerns several tasks through `together`."""
        self._streams = streams
        self._together = together
        self._rules: Mapping[type[TaskAction], Decide] = {
            **RULES,
            wish.ReportCompletion: lambda state, command: work.report_completion(state, command, self._parts_of(state)),
            wish.DecideExtension: partial(extensions.decide, days=days),
        }

    def assign(self, command: AssignTask) -> Versioned[Task]:
        """Give a unit a task."""
        return self._streams.decide(TASK, command.task_id, lambda state: task.assign(state, command))

    def handle(self, command: TaskAction, *, expected_version: int | None = None) -> Versioned[Task]:
        """Handle a command about a task that is there; give the task as it stands then."""
        match command:
            case SplitTask():
                return self._together.decide(self._split(command), expected_version=expected_version)
            case CancelTask():
                return self._cancel(command, expected_version)
            case ReopenTask():
                return self._together.decide(list(self._reopened(command)), expected_version=expected_version)
            case _:
                return self._decide(command, expected_version)

    def attach(self, command: wish.AttachEvidence, beside: Beside) -> Versioned[Task]:
        """Attach evidence whose bytes are kept in the same transaction."""
        return self._together.decide([self.deciding(command)], beside=beside)

    def deciding(self, command: TaskAction) -> Change:
        """Give what a command decides about its one task, to be recorded together with something else."""
        return Change.by(TASK, command.task_id, self._rules[type(command)], command)

    def roll_up(self, state: Task, at: datetime) -> None:
        """Complete what this task was the last open part of, and so on upwards."""
        while (parent := state.task.parent_task_id) is not None:
            before = self._streams.load(TASK, parent)
            after = self.roll_up_whole(parent, at)
            if after.version == before.version:
                return
            state = after.state

    def roll_up_whole(self, task_id: str, at: datetime) -> Versioned[Task]:
        """Complete a split task when its parts are."""
        return self._streams.decide(TASK, task_id, lambda state: splitting.roll_up(state, self._parts_of(state), at))

    def _parts_of(self, state: Task) -> Parts:
        return {name: self._streams.load(TASK, name).state for name in state.parts}

    def _decide(self, command: TaskAction, expected_version: int | None) -> Versioned[Task]:
        at = self._streams.decide(
            TASK, command.task_id, self.deciding(command).decide, expected_version=expected_version
        )
        if isinstance(command, wish.AcceptCompletion):
            self.roll_up(at.state, command.at)
        return at

    def _cancel(self, command: CancelTask, expected_version: int | None) -> Versioned[Task]:
        changes = list(self._cancelled(command))
        at = self._together.decide(changes, expected_version=expected_version)
        if len(list(self._cancelled(command))) > len(changes):
            # A part was split off in the meantime.
            return self._cancel(command, None)
        self.roll_up(at.state, command.at)
        return at

    def _split(self, command: SplitTask) -> list[Change]:
        parts = splitting.parts_of(self._streams.load(TASK, command.task_id).state, command)
        assigned = (Change.by(TASK, part.task_id, task.assign, part) for part in parts)
        return [Change.by(TASK, command.task_id, splitting.split, command), *assigned]

    def _cancelled(self, command: CancelTask) -> Iterator[Change]:
        yield Change.by(TASK, command.task_id, desk.cancel, command)
        for name in self._streams.load(TASK, command.task_id).state.parts:
            yield from self._cancelled_part(name, command)

    def _cancelled_part(self, name: str, command: CancelTask) -> Iterator[Change]:
        yield Change.by(TASK, name, desk.cancel_with_whole, command)
        for part in self._streams.load(TASK, name).state.parts:
            yield from self._cancelled_part(part, command)

    def _reopened(self, command: ReopenTask) -> Iterator[Change]:
        yield Change.by(TASK, command.task_id, desk.reopen, command)
        state = self._streams.load(TASK, command.task_id).state
        while (whole := state.task.parent_task_id) is not None:
            yield Change.by(TASK, whole, desk.reopen_with_part, command)
            state = self._streams.load(TASK, whole).state


RULES: Mapping[type[TaskAction], Decide] = {
    wish.AcceptTask: work.accept,
    wish.RefuseTask: work.refuse,
    wish.ReportProgress: work.report_progress,
    wish.AttachEvidence: work.attach_evidence,
    wish.RequestExtension: extensions.request,
    wish.AcceptCompletion: desk.accept_completion,
    wish.ReturnCompletion: desk.return_completion,
}
