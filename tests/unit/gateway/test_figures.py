from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.gateway.reporting.figures import NOTHING, Measure, Response, Tally, percent, total, wilson

MEASURE = Measure(satisfied_scores=(4, 5), least_ballots=5)


def a_tally(*counts):
    return Tally(scores=dict(zip(range(1, 6), counts, strict=True)), blocks=1)


def test_the_share_counts_the_scores_that_the_pack_calls_satisfied():
    assert a_tally(1, 0, 1, 4, 4).share(MEASURE) == 0.8
    assert a_tally(1, 0, 1, 4, 4).share(Measure(satisfied_scores=(5,), least_ballots=5)) == 0.4


@pytest.mark.parametrize("counts", [(0, 0, 0, 0, 0), (0, 0, 0, 0, 4)])
def test_below_the_least_number_of_ballots_there_is_no_figure(counts):
    tally = a_tally(*counts)
    assert (tally.share(MEASURE), tally.interval(MEASURE)) == (None, None)


def test_the_interval_is_wilsons():
    interval = wilson(83, 100, MEASURE.normal_quantile)
    assert (percent(interval.low), percent(interval.high)) == (Decimal("74.5"), Decimal("89.1"))


@given(some.integers(1, 10_000), some.data())
def test_an_interval_holds_the_share_and_stays_between_nothing_and_all(n, data):
    successes = data.draw(some.integers(0, n))
    interval = wilson(successes, n, MEASURE.normal_quantile)
    assert 0 <= interval.low <= successes / n + 1e-9
    assert successes / n - 1e-9 <= interval.high <= 1


def test_percent_rounds_halves_up():
    assert [percent(share) for share in (0.8305, 0.83049, 0.0005)] == [Decimal("83.1"), Decimal("83.0"), Decimal("0.1")]


def test_sums_add_up_scores_and_blocks():
    assert total([a_tally(1, 2, 3, 4, 5), a_tally(0, 0, 0, 0, 5)]) == Tally(
        scores={1: 1, 2: 2, 3: 3, 4: 4, 5: 10}, blocks=2
    )
    assert total([]) == NOTHING


@pytest.mark.parametrize(("ballots", "served", "rate"), [(5, 10, 0.5), (0, 0, None), (5, 0, None), (11, 10, None)])
def test_a_response_rate_is_unknown_without_served_people_or_with_too_few(ballots, served, rate):
    assert Response(ballots=ballots, served=served, one_stops=1).rate == rate
