"""A task: who answers for it, in which state it is, and until when it is on time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import singledispatch

from services.chassis.domain import Event
from services.tasks.domain import events
from services.tasks.domain.commands import AssignTask
from services.tasks.domain.errors import TaskExists, UnknownTask
from services.tasks.domain.telling import told_by


class State(StrEnum):
    """Where a task stands."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REPORTED = "reported"
    RETURNED = "returned"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    SPLIT = "split"


IN_HAND = frozenset({State.ACCEPTED, State.RETURNED})
"""A unit works on it."""

ENDED = frozenset({State.COMPLETED, State.CANCELLED})
"""Nothing is expected of anybody any more."""


class RollUp(StrEnum):
    """What completes a task that was split, as it was declared at the split."""

    ALL_PARTS = "all_parts"
    """It is completed when every part is that was not cancelled."""
    BY_UNIT = "by_unit"
    """The unit reports it complete when its parts are, and the desk checks that report."""


class Timeliness(StrEnum):
    """How a completion stands to its deadlines, for ever."""

    ON_TIME = "on_time"
    EXTENDED = "extended"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """A request for a later deadline, and what became of it."""

    n: int
    requested_on: date
    requested_by: str
    new_due_on: date
    reason: str
    decision: str | None = None
    decided_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """A completion report that waits, or the one that was accepted."""

    by: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task as rules need it. `due_on` is the deadline that holds, `first_due_on` the one it was given with."""

    assigned: events.TaskAssigned | None = None
    state: State = State.ASSIGNED
    due_on: date | None = None
    due_on_rolled: date | None = None
    progress: events.ProgressReported | None = None
    evidence: tuple[events.EvidenceAttached, ...] = ()
    extensions: tuple[Extension, ...] = ()
    reported: Reported | None = None
    completed: events.CompletionAccepted | None = None
    parts: tuple[str, ...] = ()
    roll_up: str | None = None
    last_on: date | None = None

    @property
    def task(self) -> events.TaskAssigned:
        """What was asked, when it was.

        Raises:
            UnknownTask: It never was.
        """
        if self.assigned is None:
            raise UnknownTask
        return self.assigned

    @property
    def first_due_on(self) -> date | None:
        """The deadline it was given with."""
        return self.task.due_on

    @property
    def pending(self) -> Extension | None:
        """The request for a later deadline that waits for a decision."""
        return next((extension for extension in self.extensions if extension.decision is None), None)

    @property
    def open_for_extension(self) -> bool:
        """Whether a decision about its deadline still means anything."""
        return self.state not in ENDED and self.state is not State.REFUSED

    def timeliness_on(self, day: date) -> Timeliness:
        """Judge a completion of a day."""
        first = self.task.due_on_rolled
        if first is None or day <= first:
            return Timeliness.ON_TIME
        if self.due_on_rolled is not None and day <= self.due_on_rolled:
            return Timeliness.EXTENDED
        return Timeliness.LATE


INITIAL = Task()


def evolve(state: Task, event: Event) -> Task:
    """Fold one fact into the state."""
    after = _evolve(event, state)
    on = getattr(event, "on", None) or getattr(event, "assigned_on", None)
    return replace(after, last_on=on or after.last_on)


@singledispatch
def _evolve(_event: Event, state: Task) -> Task:
    return state


@_evolve.register
def _(event: events.TaskAssigned, _state: Task) -> Task:
    return Task(assigned=event, due_on=event.due_on, due_on_rolled=event.due_on_rolled)


@_evolve.register
def _(_event: events.TaskAccepted, state: Task) -> Task:
    return replace(state, state=State.ACCEPTED)


@_evolve.register
def _(_event: events.TaskRefused, state: Task) -> Task:
    return replace(state, state=State.REFUSED)


@_evolve.register
def _(event: events.TaskSplit, state: Task) -> Task:
    return replace(state, state=State.SPLIT, parts=event.parts, roll_up=event.roll_up)


@_evolve.register
def _(event: events.ProgressReported, state: Task) -> Task:
    return replace(state, progress=event)


@_evolve.register
def _(event: events.EvidenceAttached, state: Task) -> Task:
    return replace(state, evidence=(*state.evidence, event))


@_evolve.register
def _(event: events.CompletionReported, state: Task) -> Task:
    return replace(state, state=State.REPORTED, reported=Reported(by=event.by, on=event.on))


@_evolve.register
def _(event: events.CompletionAccepted, state: Task) -> Task:
    return replace(state, state=State.COMPLETED, completed=event)


@_evolve.register
def _(_event: events.CompletionReturned, state: Task) -> Task:
    return replace(state, state=State.RETURNED, reported=None)


@_evolve.register
def _(event: events.ExtensionRequested, state: Task) -> Task:
    asked = Extension(
        n=event.n,
        requested_on=event.on,
        requested_by=event.by,
        new_due_on=event.new_due_on,
        reason=event.reason,
    )
    return replace(state, extensions=(*state.extensions, asked))


@_evolve.register
def _(event: events.ExtensionDecided, state: Task) -> Task:
    decided = tuple(
        replace(known, decision=event.decision, decided_on=event.on, due_on=event.due_on)
        if known.n == event.n
        else known
        for known in state.extensions
    )
    return replace(state, extensions=decided, due_on=event.due_on, due_on_rolled=event.due_on_rolled)


@_evolve.register
def _(_event: events.TaskCancelled, state: Task) -> Task:
    return replace(state, state=State.CANCELLED)


@_evolve.register
def _(event: events.TaskReopened, state: Task) -> Task:
    return replace(state, state=State(event.state), completed=None, reported=None)


def assign(state: Task, command: AssignTask) -> tuple[Event, ...]:
    """Give a unit a task. The same wish again asks for nothing."""
    assigned = told_by(command, events.TaskAssigned)
    if state.assigned is None:
        return (assigned,)
    if replace(state.assigned, at=assigned.at, assigned_on=assigned.assigned_on) == assigned:
        return ()
    raise TaskExists("Another task has that id.", task_id=command.task_id)


Parts = Mapping[str, Task]
"""The parts of a split task by their ids."""
