"""What is known of a task, as far as figures are told from it, and how the tasks service's facts change that."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.indicators.domain.working_days import WorkingCalendar


class TaskState(StrEnum):
    """Where a task stands, as far as figures care."""

    OPEN = "open"
    COMPLETED = "completed"
    GONE = "gone"
    """Refused, cancelled, or split into parts that count themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task given to a unit. `late_from` is the first day on which it is overdue, by the date in force."""

    task_id: str
    unit_id: str
    assigned_on: date
    plan_id: str | None = None
    duty_code: str | None = None
    first_due_on: date | None = None
    due_on: date | None = None
    late_from: date | None = None
    extended: bool = False
    state: TaskState = TaskState.OPEN
    completed_on: date | None = None
    timeliness: str | None = None

    @property
    def counts(self) -> bool:
        """Tell whether the unit answers for it."""
        return self.state is not TaskState.GONE


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAssigned:
    """A task was given, or given anew."""

    task_id: str
    unit_id: str
    assigned_on: date
    plan_id: str | None = None
    duty_code: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAccepted:
    """The unit took it; one that it had refused is open again."""

    task_id: str
    unit_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskLeft:
    """The unit no longer answers for it: refused, split or cancelled."""

    task_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletionAccepted:
    """The desk accepted a completion; `completed_on` is the day of the report that was accepted."""

    task_id: str
    completed_on: date
    timeliness: str
    due_on: date | None = None
    first_due_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionDecided:
    """The desk answered a wish for more time; `due_on` is the date in force from now on."""

    task_id: str
    decision: str
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskReopened:
    """A finished task is open again."""

    task_id: str


TaskFact = TaskAssigned | TaskAccepted | TaskLeft | CompletionAccepted | ExtensionDecided | TaskReopened


def task_after(task: Task | None, fact: TaskFact, calendar: WorkingCalendar) -> Task | None:
    """Give what is known of a task after a fact; `None` for a fact about a task that nobody told of."""
    if isinstance(fact, TaskAssigned):
        return _due(_assigned(task, fact), fact.due_on, calendar)
    return None if task is None else _changed(task, fact, calendar)


def _changed(
    task: Task,
    fact: TaskAccepted | TaskLeft | CompletionAccepted | ExtensionDecided | TaskReopened,
    calendar: WorkingCalendar,
) -> Task:
    match fact:
        case TaskAccepted(unit_id=unit_id):
            return replace(task, unit_id=unit_id or task.unit_id, state=TaskState.OPEN)
        case TaskLeft():
            return replace(task, state=TaskState.GONE)
        case CompletionAccepted(completed_on=on, timeliness=timeliness):
            done = replace(task, state=TaskState.COMPLETED, completed_on=on, timeliness=timeliness)
            return _due(done, fact.due_on or task.due_on, calendar)
        case ExtensionDecided(decision=decision, due_on=due_on):
            granted = decision != "refuse"
            return _due(replace(task, extended=task.extended or granted), due_on or task.due_on, calendar)
        case TaskReopened():
            return replace(task, state=TaskState.OPEN, completed_on=None, timeliness=None)


def _assigned(task: Task | None, fact: TaskAssigned) -> Task:
    if task is None:
        task = Task(task_id=fact.task_id, unit_id=fact.unit_id, assigned_on=fact.assigned_on)
    return replace(
        task,
        unit_id=fact.unit_id,
        plan_id=fact.plan_id,
        duty_code=fact.duty_code,
        first_due_on=task.first_due_on or fact.due_on,
        state=TaskState.OPEN,
    )


def _due(task: Task, due_on: date | None, calendar: WorkingCalendar) -> Task:
    """Set the date in force; a day off means the next working day, and the task is late the day after that."""
    late_from = None if due_on is None else calendar.late_from(due_on)
    return replace(task, due_on=due_on, late_from=late_from)
