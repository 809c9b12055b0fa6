"""What the desk may do about a task: four eyes, and a completion that is on time, extended or late for ever."""

from dataclasses import replace
from datetime import date

import pytest

from services.tasks.domain import commands as wish
from services.tasks.domain import desk, events, extensions, splitting
from services.tasks.domain.errors import (
    DeadlineInPast,
    DecisionOutOfRange,
    ExtensionDecidedAlready,
    ExtensionNotLater,
    ExtensionPending,
    HasParts,
    NoDeadline,
    NotEnded,
    NotInHand,
    NotReported,
    OwnReport,
    OwnRequest,
    PartsUnclear,
    TaskHasEnded,
    UnknownExtension,
    UnknownTask,
)
from services.tasks.domain.telling import told_by
from tests.unit.tasks.facts import (
    DUE,
    ROLLED,
    TASK_ID,
    TET,
    UNIT,
    accepted,
    asked,
    assigned,
    at,
    completed,
    done,
    granted,
    of_unit,
    reported,
    requested,
    the_task,
)

ACCEPT = wish.AcceptCompletion(**asked(by="desk"))
RETURN = wish.ReturnCompletion(reason="Thiếu phụ lục", **asked(by="desk"))
CANCEL = wish.CancelTask(reason="Không còn cần", **asked(by="desk"))
REOPEN = wish.ReopenTask(reason="Chưa đạt", **asked(by="desk"))
CANCELLED = events.TaskCancelled(reason="Không còn cần", **done(by="desk"))
REFUSED = events.TaskRefused(unit_id=UNIT, reason="Sai", **done())
RETURNED = told_by(RETURN, events.CompletionReturned, on=RETURN.on, unit_id=UNIT)
WISH = wish.RequestExtension(new_due_on=date(2021, 3, 20), reason="Chờ số liệu", **of_unit())
SPLIT = wish.SplitTask(parts=(wish.Part(unit_id=UNIT, title="Một"),), roll_up="all_parts", **of_unit())
PASSED = events.TaskSplit(unit_id=UNIT, parts=("viec-1.p1",), roll_up="all_parts", **done())


def _decide(decision: str, *, n: int = 1, due_on: date | None = None, by: str = "desk") -> wish.DecideExtension:
    return wish.DecideExtension(n=n, decision=decision, due_on=due_on, **asked(by=by))


def test_a_completion_is_accepted_once_and_never_by_who_reported_it() -> None:
    the_task.given(assigned(), accepted(), reported()).when(desk.accept_completion, ACCEPT).then(completed())
    the_task.given(assigned(), accepted(), reported(), completed()).when(desk.accept_completion, ACCEPT).then_nothing()
    own = wish.AcceptCompletion(**asked(by="anna"))
    the_task.given(assigned(), accepted(), reported()).when(desk.accept_completion, own).then_refused(OwnReport)
    the_task.given(assigned(), accepted()).when(desk.accept_completion, ACCEPT).then_refused(NotReported)
    the_task.given().when(desk.accept_completion, ACCEPT).then_refused(UnknownTask)


@pytest.mark.parametrize(
    ("day", "extended_to", "timeliness"),
    [
        (DUE, None, "on_time"),
        (ROLLED, None, "on_time"),
        (date(2021, 2, 18), None, "late"),
        (date(2021, 2, 18), date(2021, 3, 20), "extended"),
        (date(2021, 3, 22), date(2021, 3, 20), "extended"),
        (date(2021, 3, 23), date(2021, 3, 20), "late"),
        (ROLLED, date(2021, 3, 20), "on_time"),
    ],
)
def test_a_completion_counts_from_its_report_by_the_first_deadline_and_the_one_that_holds(
    day: date, extended_to: date | None, timeliness: str
) -> None:
    later = (requested(new_due_on=extended_to), granted(due_on=extended_to)) if extended_to else ()
    command = wish.AcceptCompletion(**asked(date(2021, 6, 1), by="desk"))
    expected = replace(completed(day, timeliness, due_on=extended_to or DUE), on=command.on, at=command.at)
    the_task.given(assigned(), accepted(), *later, reported(day)).when(desk.accept_completion, command).then(expected)


def test_a_completion_is_returned_once() -> None:
    the_task.given(assigned(), accepted(), reported()).when(desk.return_completion, RETURN).then(RETURNED)
    the_task.given(assigned(), accepted(), reported(), RETURNED).when(desk.return_completion, RETURN).then_nothing()
    the_task.given(assigned(), accepted()).when(desk.return_completion, RETURN).then_refused(NotReported)


def test_a_task_is_cancelled_once_and_not_when_it_is_completed() -> None:
    the_task.given(assigned()).when(desk.cancel, CANCEL).then(CANCELLED)
    the_task.given(assigned(), CANCELLED).when(desk.cancel, CANCEL).then_nothing()
    the_task.given(assigned(), accepted(), reported(), completed()).when(desk.cancel, CANCEL).then_refused(TaskHasEnded)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((accepted(), reported(), completed()), "accepted"),
        ((accepted(), CANCELLED), "accepted"),
        ((REFUSED,), "assigned"),
        ((accepted(), PASSED, CANCELLED), "split"),
    ],
)
def test_a_task_that_ended_goes_on_where_it_makes_sense(facts: tuple, state: str) -> None:
    reopened = told_by(REOPEN, events.TaskReopened, on=REOPEN.on, state=state)
    given = the_task.given(assigned(), *facts)
    given.when(desk.reopen, REOPEN).then(reopened)
    assert the_task.given(assigned(), *facts, reopened).state.state == state


def test_a_task_that_goes_on_is_not_reopened_and_one_completed_by_its_parts_only_through_them() -> None:
    the_task.given(assigned(), accepted()).when(desk.reopen, REOPEN).then_refused(NotEnded)
    whole = the_task.given(assigned(), accepted(), PASSED, completed())
    whole.when(desk.reopen, REOPEN).then_refused(HasParts)
    whole.when(desk.reopen_with_part, REOPEN).then(told_by(REOPEN, events.TaskReopened, on=REOPEN.on, state="split"))
    the_task.given(assigned(), accepted(), PASSED).when(desk.reopen_with_part, REOPEN).then_nothing()


def test_a_later_deadline_is_asked_for_once_at_a_time() -> None:
    the_task.given(assigned(), accepted()).when(extensions.request, WISH).then(requested())
    the_task.given(assigned(), accepted(), requested()).when(extensions.request, WISH).then_nothing()
    other = replace(WISH, reason="Lý do khác")
    the_task.given(assigned(), accepted(), requested()).when(extensions.request, other).then_refused(ExtensionPending)
    again = the_task.given(assigned(), accepted(), requested(), granted())
    later = replace(WISH, new_due_on=date(2021, 4, 20))
    again.when(extensions.request, later).then(requested(n=2, new_due_on=date(2021, 4, 20)))


@pytest.mark.parametrize(
    ("new_due_on", "day", "refusal"),
    [(DUE, date(2021, 1, 20), ExtensionNotLater), (date(2021, 2, 20), date(2021, 2, 21), DeadlineInPast)],
)
def test_a_deadline_is_extended_to_a_later_day_that_has_not_passed(new_due_on: date, day: date, refusal: type) -> None:
    late = wish.RequestExtension(new_due_on=new_due_on, reason="x", **of_unit(day))
    the_task.given(assigned(), accepted()).when(extensions.request, late).then_refused(refusal)


def test_no_extension_without_a_deadline_or_of_a_task_that_is_not_in_hand() -> None:
    endless = assigned(due_on=None, due_on_rolled=None, cadence="continuous")
    the_task.given(endless, accepted()).when(extensions.request, WISH).then_refused(NoDeadline)
    the_task.given(assigned()).when(extensions.request, WISH).then_refused(NotInHand)


@pytest.mark.parametrize(
    ("command", "due_on"),
    [
        (_decide("approve"), date(2021, 3, 20)),
        (_decide("approve_in_part", due_on=date(2021, 3, 1)), date(2021, 3, 1)),
        (_decide("refuse"), DUE),
    ],
)
def test_a_request_is_granted_granted_in_part_or_refused_once_and_the_first_deadline_stays(
    command: wish.DecideExtension, due_on: date
) -> None:
    expected = granted(due_on=due_on, decision=command.decision)
    given = the_task.given(assigned(), accepted(), requested())
    given.when(extensions.decide, command, TET).then(expected)
    after = the_task.given(assigned(), accepted(), requested(), expected)
    after.when(extensions.decide, command, TET).then_nothing()
    assert (after.state.first_due_on, after.state.due_on) == (DUE, due_on)


def test_a_decision_is_not_turned_round_nor_made_by_who_asked_nor_about_what_has_ended() -> None:
    given = the_task.given(assigned(), accepted(), requested())
    given.when(extensions.decide, _decide("approve", by="anna"), TET).then_refused(OwnRequest)
    given.when(extensions.decide, _decide("approve", n=2), TET).then_refused(UnknownExtension, n=2)
    decided = the_task.given(assigned(), accepted(), requested(), granted())
    decided.when(extensions.decide, _decide("refuse"), TET).then_refused(ExtensionDecidedAlready, decision="approve")
    ended = the_task.given(assigned(), accepted(), requested(), CANCELLED)
    ended.when(extensions.decide, _decide("approve"), TET).then_refused(TaskHasEnded)


@pytest.mark.parametrize("due_on", [None, DUE, date(2021, 3, 20), date(2021, 4, 1)])
def test_a_grant_in_part_lies_between_the_deadline_that_holds_and_the_day_asked_for(due_on: date | None) -> None:
    given = the_task.given(assigned(), accepted(), requested())
    given.when(extensions.decide, _decide("approve_in_part", due_on=due_on), TET).then_refused(DecisionOutOfRange)


def test_a_task_in_hand_is_split_into_parts_that_differ() -> None:
    the_task.given(assigned(), accepted()).when(splitting.split, SPLIT).then(PASSED)
    the_task.given(assigned()).when(splitting.split, SPLIT).then_refused(NotInHand)
    doubled = replace(SPLIT, parts=SPLIT.parts * 2)
    the_task.given(assigned(), accepted()).when(splitting.split, doubled).then_refused(PartsUnclear)
    (part,) = splitting.parts_of(the_task.given(assigned(), accepted()).state, SPLIT)
    assert (part.task_id, part.parent_task_id, part.due_on) == ("viec-1.p1", TASK_ID, DUE)


def test_the_whole_is_completed_on_the_day_of_its_last_part_once_no_part_is_open() -> None:
    whole = the_task.given(assigned(), accepted(), PASSED)
    late = the_task.given(
        assigned(), accepted(), reported(date(2021, 2, 18)), completed(date(2021, 2, 18), "late")
    ).state
    going = the_task.given(assigned(), accepted()).state
    gone = the_task.given(assigned(), CANCELLED).state
    now = at(date(2021, 2, 19))
    expected = replace(completed(date(2021, 2, 18), "late"), on=now.date(), at=now, by="roll-up")
    whole.when(splitting.roll_up, {"p1": late, "p2": gone}, now).then(expected)
    early = the_task.given(assigned(), accepted(), reported(), completed()).state
    whole.when(splitting.roll_up, {"p1": late, "p2": early}, now).then(expected)
    whole.when(splitting.roll_up, {"p1": late, "p2": going}, now).then_nothing()
    whole.when(splitting.roll_up, {"p1": gone}, now).then_nothing()
    the_task.given(assigned(), accepted()).when(splitting.roll_up, {"p1": late}, now).then_nothing()
