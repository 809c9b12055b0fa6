"""Whatever is asked of a task in whatever order, these hold."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.domain import Event, Refusal
from services.tasks.domain import commands as wish
from services.tasks.domain import desk, events, extensions, task, work
from services.tasks.domain.task import ENDED, State, Task
from services.tasks.handlers.kinds import REGISTRY
from tests.unit.tasks.facts import DUE, TASK_ID, TET, UNIT, assigned, at

PEOPLE = ("anna", "binh", "desk")
DAYS = st.dates(date(2021, 1, 15), date(2021, 6, 30))
REASON = {"reason": "Vì"}


def _completion(state: Task, command: Any) -> Any:
    return work.report_completion(state, command, {})


def _decision(state: Task, command: Any) -> Any:
    return extensions.decide(state, command, TET)


WISHES: tuple[tuple[Any, type, Any], ...] = (
    (work.accept, wish.AcceptTask, st.just({"unit_id": UNIT})),
    (work.refuse, wish.RefuseTask, st.just({"unit_id": UNIT, **REASON})),
    (
        work.report_progress,
        wish.ReportProgress,
        st.fixed_dictionaries({"unit_id": st.just(UNIT), "percent": st.integers(0, 100)}),
    ),
    (_completion, wish.ReportCompletion, st.just({"unit_id": UNIT})),
    (
        extensions.request,
        wish.RequestExtension,
        st.fixed_dictionaries({"unit_id": st.just(UNIT), "new_due_on": DAYS, "reason": st.just("Vì")}),
    ),
    (desk.accept_completion, wish.AcceptCompletion, st.just({})),
    (desk.return_completion, wish.ReturnCompletion, st.just(REASON)),
    (desk.cancel, wish.CancelTask, st.just(REASON)),
    (desk.reopen, wish.ReopenTask, st.just(REASON)),
    (
        _decision,
        wish.DecideExtension,
        st.fixed_dictionaries(
            {
                "n": st.integers(1, 3),
                "decision": st.sampled_from(["approve", "approve_in_part", "refuse"]),
                "due_on": st.none() | DAYS,
            }
        ),
    ),
)


@st.composite
def _lives(draw: st.DrawFn) -> list[tuple[Any, Any]]:
    """Draw wishes of several people on days that never go back."""
    day, asked = date(2021, 1, 15), []
    for _ in range(draw(st.integers(1, 25))):
        decide, kind, more = draw(st.sampled_from(WISHES))
        day += timedelta(days=draw(st.integers(0, 20)))
        by = draw(st.sampled_from(PEOPLE))
        asked.append((decide, kind(task_id=TASK_ID, by=by, at=at(day), **draw(more))))
    return asked


@given(life=_lives())
def test_no_order_of_wishes_breaks_a_rule(life: list[tuple[Any, Any]]) -> None:
    facts: list[Event] = [assigned()]
    state = task.evolve(task.INITIAL, facts[0])
    for decide, command in life:
        try:
            new = tuple(decide(state, command))
        except Refusal:
            continue
        before = state
        for fact in new:
            state = task.evolve(state, fact)
        facts += new
        _holds(before, state, new)
        if not isinstance(command, wish.ReportProgress | wish.RequestExtension | wish.ReopenTask):
            assert tuple(decide(state, command)) == ()
    replayed = task.INITIAL
    for fact in facts:
        written = REGISTRY.encode(fact)
        replayed = task.evolve(replayed, REGISTRY.decode(written.type, written.data))
    assert replayed == state


def _holds(before: Task, after: Task, new: tuple[Event, ...]) -> None:
    assert after.first_due_on == DUE
    assert after.due_on is not None
    assert after.due_on >= DUE
    assert before.due_on is not None
    assert after.due_on >= before.due_on
    assert [extension.n for extension in after.extensions] == list(range(1, len(after.extensions) + 1))
    assert sum(extension.decision is None for extension in after.extensions) <= 1
    assert all(
        extension.due_on is None or DUE <= extension.due_on <= extension.new_due_on or extension.decision == "refuse"
        for extension in after.extensions
    )
    for fact in new:
        if isinstance(fact, events.CompletionAccepted):
            assert before.state is State.REPORTED
            assert before.reported is not None
            assert before.reported.by != fact.by
            assert fact.completed_on == before.reported.on <= fact.on
    if before.state in ENDED:
        assert after.state in ENDED or isinstance(new[0], events.TaskReopened)
    assert (after.completed is not None) == (after.state is State.COMPLETED)
