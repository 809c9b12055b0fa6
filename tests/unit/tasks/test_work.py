"""What a unit may do about its task: does it, refuses it, nothing to do."""

from datetime import date

import pytest

from services.tasks.domain import commands as wish
from services.tasks.domain import events, task, work
from services.tasks.domain.errors import (
    EvidenceExists,
    NotAwaitingAcceptance,
    NotInHand,
    PartsOpen,
    TaskExists,
    TaskOfAnotherUnit,
    UnknownTask,
)
from services.tasks.domain.telling import told_by
from tests.unit.tasks.facts import (
    HELPER,
    TASK_ID,
    UNIT,
    accepted,
    asked,
    assigned,
    at,
    completed,
    done,
    of_unit,
    reported,
    the_task,
)

ASSIGN = wish.AssignTask(**{name: getattr(assigned(), name) for name in wish.AssignTask.__dataclass_fields__})
ACCEPT = wish.AcceptTask(**of_unit())
REFUSE = wish.RefuseTask(reason="Không thuộc thẩm quyền", **of_unit())
PROGRESS = wish.ReportProgress(percent=60, note="Đang làm", **of_unit())
EVIDENCE = wish.AttachEvidence(evidence_id="e-1", kind="document", title="Kế hoạch", number="1/KH-UBND", **of_unit())
COMPLETE = wish.ReportCompletion(note="Xong", **of_unit())
RETURNED = events.CompletionReturned(unit_id=UNIT, reason="Thiếu", **done(by="desk"))
SPLIT = events.TaskSplit(unit_id=UNIT, parts=("viec-1.p1",), roll_up="by_unit", **done())


def test_a_task_is_assigned_once_and_its_id_means_one_task() -> None:
    the_task.given().when(task.assign, ASSIGN).then(assigned())
    the_task.given(assigned()).when(task.assign, ASSIGN).then_nothing()
    other = assigned(title="Việc khác")
    the_task.given(other).when(task.assign, ASSIGN).then_refused(TaskExists, task_id=TASK_ID)


def test_an_assigned_task_is_accepted_once() -> None:
    the_task.given(assigned()).when(work.accept, ACCEPT).then(accepted())
    the_task.given(assigned(), accepted()).when(work.accept, ACCEPT).then_nothing()
    the_task.given(assigned(), accepted(), reported()).when(work.accept, ACCEPT).then_refused(NotAwaitingAcceptance)


def test_an_assigned_task_is_refused_once_with_its_reason() -> None:
    refused = told_by(REFUSE, events.TaskRefused, on=REFUSE.on)
    the_task.given(assigned()).when(work.refuse, REFUSE).then(refused)
    the_task.given(assigned(), refused).when(work.refuse, REFUSE).then_nothing()
    the_task.given(assigned(), accepted()).when(work.refuse, REFUSE).then_refused(NotAwaitingAcceptance)


@pytest.mark.parametrize("back", [(), (reported(), RETURNED)], ids=["accepted", "returned"])
def test_progress_is_reported_on_a_task_in_hand_and_the_same_words_of_a_day_once(back: tuple) -> None:
    said = told_by(PROGRESS, events.ProgressReported, on=PROGRESS.on)
    the_task.given(assigned(), accepted(), *back).when(work.report_progress, PROGRESS).then(said)
    the_task.given(assigned(), accepted(), *back, said).when(work.report_progress, PROGRESS).then_nothing()


@pytest.mark.parametrize(
    "more", [(), (accepted(), reported()), (accepted(), reported(), completed()), (accepted(), SPLIT)]
)
def test_nobody_works_on_a_task_that_is_not_in_hand(more: tuple) -> None:
    for decide, command in ((work.report_progress, PROGRESS), (work.attach_evidence, EVIDENCE)):
        the_task.given(assigned(), *more).when(decide, command).then_refused(NotInHand, task_id=TASK_ID)


def test_evidence_is_attached_once_whatever_it_is_called_by() -> None:
    attached = told_by(EVIDENCE, events.EvidenceAttached, on=EVIDENCE.on)
    again = wish.AttachEvidence(evidence_id="e-2", kind="document", title="Kế hoạch", number="1/KH-UBND", **of_unit())
    the_task.given(assigned(), accepted()).when(work.attach_evidence, EVIDENCE).then(attached)
    the_task.given(assigned(), accepted(), attached).when(work.attach_evidence, again).then_nothing()
    other = wish.AttachEvidence(evidence_id="e-1", kind="document", title="Báo cáo", **of_unit())
    the_task.given(assigned(), accepted(), attached).when(work.attach_evidence, other).then_refused(EvidenceExists)


def test_a_task_in_hand_is_reported_complete_once() -> None:
    said = told_by(COMPLETE, events.CompletionReported, on=COMPLETE.on)
    the_task.given(assigned(), accepted()).when(work.report_completion, COMPLETE, {}).then(said)
    the_task.given(assigned(), accepted(), said).when(work.report_completion, COMPLETE, {}).then_nothing()
    the_task.given(assigned()).when(work.report_completion, COMPLETE, {}).then_refused(NotInHand)


def test_a_split_task_is_reported_complete_by_its_unit_when_no_part_is_open() -> None:
    given = the_task.given(assigned(), accepted(), SPLIT)
    open_part = {"viec-1.p1": the_task.given(assigned(), accepted()).state}
    ended = {"viec-1.p1": the_task.given(assigned(), accepted(), reported(), completed()).state}
    given.when(work.report_completion, COMPLETE, open_part).then_refused(PartsOpen, parts=["viec-1.p1"])
    given.when(work.report_completion, COMPLETE, ended).then(
        told_by(COMPLETE, events.CompletionReported, on=COMPLETE.on)
    )


@pytest.mark.parametrize(
    ("decide", "kind", "more"),
    [
        (work.accept, wish.AcceptTask, {}),
        (work.refuse, wish.RefuseTask, {"reason": "Sai"}),
        (work.report_progress, wish.ReportProgress, {"percent": 1}),
        (work.attach_evidence, wish.AttachEvidence, {"evidence_id": "e", "kind": "document", "title": "x"}),
        (lambda state, command: work.report_completion(state, command, {}), wish.ReportCompletion, {}),
    ],
)
def test_a_unit_acts_on_its_own_task_alone_and_on_one_that_is_there(decide, kind, more) -> None:
    command = kind(unit_id="xa-khac", **asked(), **more)
    the_task.given(assigned()).when(decide, command).then_refused(TaskOfAnotherUnit, unit_id=UNIT)
    the_task.given().when(decide, command).then_refused(UnknownTask)


def test_a_unit_that_helps_reports_progress_and_proves_but_does_not_accept_or_complete() -> None:
    told = {**asked(date(2021, 1, 21)), "unit_id": HELPER}
    given = the_task.given(assigned(), accepted())
    progress = wish.ReportProgress(percent=30, **told)
    given.when(work.report_progress, progress).then(told_by(progress, events.ProgressReported, on=progress.on))
    given.when(work.report_completion, wish.ReportCompletion(**told), {}).then_refused(TaskOfAnotherUnit)
    assert progress.on == at(date(2021, 1, 21)).date()
