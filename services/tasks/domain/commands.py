"""What people and programs may ask about tasks. `at` is business time, `by` the id of who asks."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.domain import Command
from services.tasks.domain.events import EvidenceFile


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignTask(Command):
    """Give a unit a task."""

    task_id: str
    title: str
    text: str
    unit_id: str
    by: str
    at: datetime
    assigned_on: date
    cooperating: tuple[str, ...] = ()
    due_on: date | None = None
    due_on_rolled: date | None = None
    cadence: str | None = None
    day_rule: str = "calendar_rolled"
    deliverable: str | None = None
    plan_id: str | None = None
    duty_code: str | None = None
    paragraph: str | None = None
    parent_task_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAction(Command):
    """Something that is done about a task that is there."""

    task_id: str
    by: str
    at: datetime

    @property
    def on(self) -> date:
        """The civil day of it."""
        return self.at.date()


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitAction(TaskAction):
    """Something that somebody does about a task for a unit."""

    unit_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptTask(UnitAction):
    """Take the task on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RefuseTask(UnitAction):
    """Say why the task is not the unit's own."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportProgress(UnitAction):
    """Say how far it is."""

    percent: int
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachEvidence(UnitAction):
    """Prove what was done."""

    evidence_id: str
    kind: str
    title: str
    number: str | None = None
    dated: date | None = None
    signer: str | None = None
    file: EvidenceFile | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportCompletion(UnitAction):
    """Say that it is done."""

    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a task that is split: who does it, and what."""

    unit_id: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitTask(UnitAction):
    """Pass the task down in parts."""

    parts: tuple[Part, ...]
    roll_up: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestExtension(UnitAction):
    """Ask for a later deadline."""

    new_due_on: date
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptCompletion(TaskAction):
    """Find the report right."""

    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnCompletion(TaskAction):
    """Send the report back."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelTask(TaskAction):
    """Let nobody have to do the task."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReopenTask(TaskAction):
    """Let a task that had ended go on."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecideExtension(TaskAction):
    """Grant a request, grant it in part with a day of one's own, or refuse it."""

    n: int
    decision: str
    due_on: date | None = None
    reason: str = ""
