"""The facts of tasks. `at` is the business time at which one was recorded, `on` its civil day, `by` an account's id."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAssigned(Event):
    """A unit answers for a task from now on. `due_on_rolled` is the working day that the rule makes of the due day."""

    wire_name: ClassVar[str] = "tasks.task_assigned.v1"
    task_id: str
    plan_id: str | None
    duty_code: str | None
    paragraph: str | None
    title: str
    text: str
    unit_id: str
    cooperating: tuple[str, ...]
    due_on: date | None
    due_on_rolled: date | None
    cadence: str | None
    day_rule: str
    deliverable: str | None
    parent_task_id: str | None
    assigned_on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAccepted(Event):
    """The unit took the task on."""

    wire_name: ClassVar[str] = "tasks.task_accepted.v1"
    unit_id: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRefused(Event):
    """The unit said why the task is not its own."""

    wire_name: ClassVar[str] = "tasks.task_refused.v1"
    unit_id: str
    reason: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSplit(Event):
    """The unit passed the task down in parts. `roll_up` says what completes the whole."""

    wire_name: ClassVar[str] = "tasks.task_split.v1"
    unit_id: str
    parts: tuple[str, ...]
    roll_up: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgressReported(Event):
    """A unit said how far it is."""

    wire_name: ClassVar[str] = "tasks.progress_reported.v1"
    unit_id: str
    percent: int
    note: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceFile:
    """A file as it was taken in; `sha256` names its bytes for ever."""

    name: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceAttached(Event):
    """A unit proved what it did: by a document's number, date and signer, or by a file."""

    wire_name: ClassVar[str] = "tasks.evidence_attached.v1"
    evidence_id: str
    kind: str
    title: str
    number: str | None
    dated: date | None
    signer: str | None
    file: EvidenceFile | None
    unit_id: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletionReported(Event):
    """The unit said that the task is done."""

    wire_name: ClassVar[str] = "tasks.completion_reported.v1"
    unit_id: str
    note: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletionAccepted(Event):
    """The report was found right on the day `on`. `completed_on` is the day of that report, held against both deadlines."""

    wire_name: ClassVar[str] = "tasks.completion_accepted.v1"
    unit_id: str
    note: str
    completed_on: date
    timeliness: str
    due_on: date | None
    first_due_on: date | None
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletionReturned(Event):
    """The report was sent back."""

    wire_name: ClassVar[str] = "tasks.completion_returned.v1"
    unit_id: str
    reason: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionRequested(Event):
    """The unit asked for a later day. The task's `n`-th request."""

    wire_name: ClassVar[str] = "tasks.extension_requested.v1"
    unit_id: str
    n: int
    new_due_on: date
    reason: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionDecided(Event):
    """A request was granted, granted in part or refused. `due_on` is the deadline that holds from now on."""

    wire_name: ClassVar[str] = "tasks.extension_decided.v1"
    n: int
    decision: str
    due_on: date
    due_on_rolled: date
    reason: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskCancelled(Event):
    """Nobody has to do the task any more."""

    wire_name: ClassVar[str] = "tasks.task_cancelled.v1"
    reason: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskReopened(Event):
    """A task that had ended goes on. `state` is the one in which it does."""

    wire_name: ClassVar[str] = "tasks.task_reopened.v1"
    reason: str
    state: str
    on: date
    by: str
    at: datetime
