"""Whatever happens to ballots in whatever order: nobody is singled out, and nothing is lost."""

import random
from collections import Counter
from itertools import product

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from services.indicators.domain.events import BALLOTS
from services.indicators.domain.leaf import Level
from services.indicators.domain.rules import ReleaseRules
from tests.unit.indicators.checker import REASONS, SCORE, Output, read_blocks, scopes_of
from tests.unit.indicators.folder_in_memory import Folder, a_target
from tests.unit.indicators.plays import operations, play

RUNS = 100
"""About ten seconds; 500 were run before the rules were accepted."""


def check_outputs(folder: Folder) -> None:
    """Compare outputs of every scope: at any two times, over any period, and any signed sum of blocks.

    The ballots behind what two outputs say differently of scores are none or at least k, and so for reasons.
    """
    k = folder.rules.k
    blocks = read_blocks(folder.blocks)
    chance = random.Random(len(blocks))
    for scope, dimension in product(scopes_of(blocks), (SCORE, REASONS)):
        for first in range(len(blocks)):
            output = Output(scope, dimension)
            for block in blocks[first:]:
                output.add(block)
                assert output.behind == 0 or output.behind >= k, (dimension, scope, first)
        for _ in range(12):
            output = Output(scope, dimension)
            for block in blocks:
                output.add(block, chance.choice((-1, 0, 0, 1, 1)))
            assert output.behind == 0 or output.behind >= k, (dimension, scope)


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
@given(st.lists(operations, min_size=30, max_size=90))
def test_ballot_sets_behind_any_two_outputs_differ_by_0_or_at_least_k_and_nothing_is_lost(steps):
    folder = play(steps)
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
