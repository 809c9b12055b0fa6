"""What is known of a task, as far as figures are told from it, and how the tasks service's facts change that."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.shares import day_after


class TaskState(StrEnum):
    """Where a task stands, as far as figures care."""

    OPEN = "open"
    COMPLETED = "completed"
    GONE = "gone"
    """Refused or cancelled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task given to a unit. `late_from` is the first day on which it is overdue, by the date in force.

    One that was passed down in parts stays its unit's own, and counts beside them until they complete it.
    """

    task_id: str
    unit_id: str
    assigned_on: date
    """The day on which it was given first; giving it anew changes nothing of that."""
    accepted_on: date | None = None
    """The day on which the unit took it; a task that is given anew is to be accepted anew."""
    plan_id: str | None = None
    duty_code: str | None = None
    first_due_on: date | None = None
    due_on: date | None = None
    late_from: date | None = None
    extended: bool = False
    state: TaskState = TaskState.OPEN
    completed_on: date | None = None
    timeliness: str | None = None
    left_on: date | None = None
    """The day on which it was refused or cancelled."""

    @property
    def counts(self) -> bool:
        """Tell whether the unit answers for it."""
        return self.state is not TaskState.GONE

    @property
    def ended_on(self) -> date | None:
        """Give the day from which nothing is expected any more."""
        return self.completed_on if self.counts else self.left_on


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAssigned:
    """A task was given, or given anew."""

    task_id: str
    unit_id: str
    assigned_on: date
    plan_id: str | None = None
    duty_code: str | None = None
    due_on: date | None = None
    due_on_rolled: date | None = None
    """The working day that the task's own rule makes of the due day; without one, the calendar says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAccepted:
    """The unit took it; one that it had refused is open again."""

    task_id: str
    unit_id: str | None = None
    on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskLeft:
    """The unit no longer answers for it: refused or cancelled."""

    task_id: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletionAccepted:
    """The desk accepted a completion; `completed_on` is the day of the report that was accepted."""

    task_id: str
    completed_on: date
    timeliness: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionDecided:
    """The desk answered a wish for more time; `due_on` is the date in force from now on."""

    task_id: str
    decision: str
    due_on: date | None = None
    due_on_rolled: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskReopened:
    """A finished task is open again."""

    task_id: str


TaskChange = TaskAccepted | TaskLeft | CompletionAccepted | ExtensionDecided | TaskReopened
TaskFact = TaskAssigned | TaskChange


def task_after(task: Task | None, fact: TaskFact, calendar: WorkingCalendar) -> Task | None:
    """Give what is known of a task after a fact; `None` for a fact about a task that nobody told of."""
    if isinstance(fact, TaskAssigned):
        return _due(_assigned(task, fact), fact.due_on, fact.due_on_rolled, calendar)
    return None if task is None else _changed(task, fact, calendar)


def _changed(task: Task, fact: TaskChange, calendar: WorkingCalendar) -> Task:
    match fact:
        case TaskAccepted(unit_id=unit_id, on=on):
            return replace(task, unit_id=unit_id or task.unit_id, accepted_on=on, state=TaskState.OPEN, left_on=None)
        case TaskLeft(on=on):
            return replace(task, state=TaskState.GONE, left_on=on)
        case CompletionAccepted(completed_on=on, timeliness=timeliness):
            return replace(task, state=TaskState.COMPLETED, completed_on=on, timeliness=timeliness)
        case ExtensionDecided(decision=decision, due_on=due_on, due_on_rolled=rolled):
            if decision == "refuse" or due_on is None:
                return task
            return _due(replace(task, extended=True), due_on, rolled, calendar)
        case TaskReopened():
            return replace(task, state=TaskState.OPEN, completed_on=None, timeliness=None, left_on=None)


def _assigned(task: Task | None, fact: TaskAssigned) -> Task:
    if task is None:
        task = Task(task_id=fact.task_id, unit_id=fact.unit_id, assigned_on=fact.assigned_on)
    return replace(
        task,
        unit_id=fact.unit_id,
        accepted_on=None,
        plan_id=fact.plan_id,
        duty_code=fact.duty_code,
        first_due_on=task.first_due_on or fact.due_on,
        state=TaskState.OPEN,
        left_on=None,
    )


def _due(task: Task, due_on: date | None, rolled: date | None, calendar: WorkingCalendar) -> Task:
    """Set the date in force; the task is late the day after, or after the working day that a day off is moved to."""
    late_from = None if due_on is None else day_after(rolled or calendar.next_working_from(due_on))
    return replace(task, due_on=due_on, late_from=late_from)
