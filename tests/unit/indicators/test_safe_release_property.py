"""Whatever happens to ballots in whatever order: nobody is singled out, and nothing is lost."""

import random
from collections import Counter

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from services.indicators.domain import ballot as rules_of_a_ballot
from services.indicators.domain.events import BALLOTS
from services.indicators.domain.leaf import Level
from services.indicators.domain.rules import ReleaseRules
from tests.unit.indicators.checker import Output, read_blocks, scopes_of
from tests.unit.indicators.folder_in_memory import Folder, a_target

RUNS = 150
ONE_STOPS = ("xa-a", "xa-b")
FIELDS = ("unknown", "dat-dai")

cast = st.tuples(
    st.just("cast"), st.sampled_from(ONE_STOPS), st.sampled_from(FIELDS), st.sampled_from((5, 5, 4, 2)), st.booleans()
)
which = st.integers(0, 10_000)
"""Which ballot an operation is about; small spans make runs, and so whole blocks, likely."""
spans = st.tuples(which, st.integers(1, 7))
operation = st.one_of(
    st.tuples(
        st.just("casts"), st.sampled_from(ONE_STOPS), st.sampled_from(FIELDS), st.integers(1, 5), st.integers(4, 14)
    ),
    cast,
    st.tuples(st.just("change"), spans, st.integers(1, 5)),
    st.tuples(st.just("follow_up"), spans, st.sampled_from(("attitude", "waiting_time", ""))),
    st.tuples(st.just("quarantine"), spans),
    st.tuples(st.just("release"), spans),
    st.tuples(st.just("attribute"), spans, st.sampled_from(("dat-dai", "chung-thuc"))),
    st.tuples(st.just("days"), st.sampled_from((1, 3, 8))),
    st.tuples(st.just("restart")),
)


def play(operations) -> Folder:
    folder = Folder()
    names: list[str] = []

    def arrive(one_stop, field, score, *, accepted=True):
        names.append(f"b{len(names):03}")
        target = a_target(
            score=score, one_stop=one_stop, field=field, accepted=accepted, arrival=len(names), since=folder.day
        )
        folder.take(names[-1], target)

    def each(span, change):
        start, length = span
        for at in range(length):
            if names:
                name = names[(start + at) % len(names)]
                folder.take(name, change(folder.desk.targets[name]))

    for kind, *details in operations:
        if kind == "cast":
            one_stop, field, score, late = details
            arrive(one_stop, field, score, accepted=not late)
        elif kind == "casts":
            one_stop, field, score, count = details
            for at in range(count):
                arrive(one_stop, field, score if at % 3 else 5)
        elif kind == "change":
            each(details[0], lambda target: rules_of_a_ballot.changed(target, details[1], folder.day))
        elif kind == "follow_up":
            each(details[0], lambda t: rules_of_a_ballot.followed_up(t, tuple(filter(None, (details[1],))), folder.day))
        elif kind == "quarantine":
            each(details[0], lambda target: rules_of_a_ballot.quarantined(target, folder.day))
        elif kind == "release":
            each(details[0], lambda target: rules_of_a_ballot.released(target, folder.day))
        elif kind == "attribute":
            each(details[0], lambda target: rules_of_a_ballot.attributed(target, details[1], folder.day))
        elif kind == "days":
            folder.pass_days(details[0])
        else:
            folder.restart()
    return folder


def check_outputs(folder: Folder) -> None:
    """Compare outputs of every scope: at any two times, over any period, and any signed sum of blocks."""
    k = folder.rules.k
    blocks = read_blocks(folder.blocks)
    chance = random.Random(len(blocks))  # noqa: S311 - picks what to look at
    for scope in scopes_of(blocks):
        for first in range(len(blocks)):
            output = Output(scope)
            for block in blocks[first:]:
                output.add(block)
                assert output.behind == 0 or output.behind >= k, (scope, first)
        for _ in range(12):
            output = Output(scope)
            for block in blocks:
                output.add(block, chance.choice((-1, 0, 0, 1, 1)))
            assert output.behind == 0 or output.behind >= k, scope


def check_nothing_is_lost(folder: Folder) -> None:
    """Every ballot is in one block of ballots, but for fewer than k per queue of the last level, which wait for more."""
    folder.pass_days(60)
    times = Counter(ballot for fact in folder.blocks if fact.kind == BALLOTS for ballot in fact.ballots)
    assert set(times.values()) <= {1}
    waiting = {
        queue: len(ballots) for queue, ballots in folder.desk.queues.items() if ballots and queue.kind == BALLOTS
    }
    assert sum(times.values()) + sum(waiting.values()) == len(folder.desk.targets)
    for queue, count in waiting.items():
        assert queue.leaf.level == Level.UNIT
        assert count < folder.rules.k


def check_company_frees_the_rest(folder: Folder) -> None:
    """With company at the last level, every ballot is in exactly one block."""
    rest = [queue for queue, ballots in folder.desk.queues.items() if ballots and queue.kind == BALLOTS]
    for queue in rest:
        for at in range(folder.rules.k - len(folder.desk.queues[queue])):
            company = a_target(accepted=queue.leaf.counted, arrival=10_000 + at, since=folder.day)
            folder.take(f"company-{queue.leaf.counted}-{at}", company)
    folder.pass_days(60)
    times = Counter(ballot for fact in folder.blocks if fact.kind == BALLOTS for ballot in fact.ballots)
    assert times == dict.fromkeys(folder.desk.targets, 1)


@settings(max_examples=RUNS, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(operation, min_size=30, max_size=90))
def test_ballot_sets_behind_any_two_outputs_differ_by_0_or_at_least_k_and_nothing_is_lost(operations):
    folder = play(operations)
    kinds = Counter(fact.kind for fact in folder.blocks)
    for kind, count in kinds.items():
        event(f"{kind} {min(count, 5)}")
    if any(fact.whole for fact in folder.blocks):
        event("a whole block moved")
    check_outputs(folder)
    check_nothing_is_lost(folder)
    check_outputs(folder)
    folder.restart()
    check_company_frees_the_rest(folder)
    check_outputs(folder)


def test_the_rules_of_the_test_are_those_of_the_pack():
    assert ReleaseRules() == ReleaseRules(k=5, agreement_wait_factor=2, move_up_after_working_days=5)
