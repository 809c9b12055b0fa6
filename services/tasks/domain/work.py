"""What a unit does about its task: accept or refuse it, work on it, prove it, report it complete."""

from services.chassis.domain import Event
from services.tasks.domain import events
from services.tasks.domain.commands import (
    AcceptTask,
    AttachEvidence,
    RefuseTask,
    ReportCompletion,
    ReportProgress,
    UnitAction,
)
from services.tasks.domain.errors import EvidenceExists, NotAwaitingAcceptance, NotInHand, PartsOpen, TaskOfAnotherUnit
from services.tasks.domain.task import ENDED, IN_HAND, Parts, RollUp, State, Task
from services.tasks.domain.telling import told_by


def accept(state: Task, command: AcceptTask) -> tuple[Event, ...]:
    """Take the task on."""
    of_its_unit(state, command)
    if state.state is State.ACCEPTED:
        return ()
    if state.state is not State.ASSIGNED:
        raise NotAwaitingAcceptance(task_id=command.task_id, state=state.state)
    return (told_by(command, events.TaskAccepted),)


def refuse(state: Task, command: RefuseTask) -> tuple[Event, ...]:
    """Say why the task is not the unit's own."""
    of_its_unit(state, command)
    if state.state is State.REFUSED:
        return ()
    if state.state is not State.ASSIGNED:
        raise NotAwaitingAcceptance(task_id=command.task_id, state=state.state)
    return (told_by(command, events.TaskRefused),)


def report_progress(state: Task, command: ReportProgress) -> tuple[Event, ...]:
    """Say how far it is. Co-operating units may, too; the same words on the same day say nothing new."""
    of_its_unit(state, command, or_cooperating=True)
    in_hand(state, command)
    said = told_by(command, events.ProgressReported)
    last = state.progress
    known = last and (last.unit_id, last.percent, last.note, last.on) == (
        said.unit_id,
        said.percent,
        said.note,
        said.on,
    )
    return () if known else (said,)


def attach_evidence(state: Task, command: AttachEvidence) -> tuple[Event, ...]:
    """Prove what was done. What is attached already is not attached twice."""
    of_its_unit(state, command, or_cooperating=True)
    attached = told_by(command, events.EvidenceAttached)
    if any(_same(known, attached) for known in state.evidence):
        return ()
    if any(known.evidence_id == command.evidence_id for known in state.evidence):
        raise EvidenceExists(task_id=command.task_id, evidence_id=command.evidence_id)
    in_hand(state, command)
    return (attached,)


def _same(known: events.EvidenceAttached, attached: events.EvidenceAttached) -> bool:
    names = ("kind", "title", "number", "dated", "signer", "file")
    return all(getattr(known, name) == getattr(attached, name) for name in names)


def report_completion(state: Task, command: ReportCompletion, parts: Parts) -> tuple[Event, ...]:
    """Say that it is done. A task split by the unit's own roll-up waits for its parts."""
    of_its_unit(state, command)
    if state.state is State.REPORTED:
        return ()
    if state.state is State.SPLIT and state.roll_up == RollUp.BY_UNIT:
        if still_open := sorted(name for name, part in parts.items() if part.state not in ENDED):
            raise PartsOpen("Parts of the task are not completed.", task_id=command.task_id, parts=still_open)
    else:
        in_hand(state, command)
    return (told_by(command, events.CompletionReported),)


def of_its_unit(state: Task, command: UnitAction, *, or_cooperating: bool = False) -> None:
    """Let the task's own unit pass, and a co-operating one where it may.

    Raises:
        UnknownTask: There is no such task.
        TaskOfAnotherUnit: The task was given to another unit.
    """
    task = state.task
    if command.unit_id == task.unit_id or (or_cooperating and command.unit_id in task.cooperating):
        return
    raise TaskOfAnotherUnit("The task was given to another unit.", task_id=task.task_id, unit_id=task.unit_id)


def in_hand(state: Task, command: UnitAction) -> None:
    """Let a task pass on which its unit works.

    Raises:
        NotInHand: It does not.
    """
    if state.state not in IN_HAND:
        raise NotInHand(task_id=command.task_id, state=state.state)
