"""The rule `last + 1`."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.sequence import Lane, Offer

LOST_PREFIX = (4, 5, 6, 1, 2, 3, 4, 5, 6)


def _applied(log: Iterable[int], lane: Lane) -> list[int]:
    return [number for number in log if lane.offer(number) is Offer.APPLY]


def _applied_by_greater_than_last(log: Iterable[int]) -> list[int]:
    last, applied = 0, []
    for number in log:
        if number > last:
            last = number
            applied.append(number)
    return applied


def test_a_lost_prefix_that_is_sent_again_is_applied_once_each_and_in_order():
    assert _applied(LOST_PREFIX, Lane()) == [1, 2, 3, 4, 5, 6]


def test_applying_anything_greater_than_the_last_would_lose_the_prefix():
    assert _applied_by_greater_than_last(LOST_PREFIX) == [4, 5, 6]


def test_a_lower_number_is_a_twin_and_leaves_the_lane_where_it_is():
    lane = Lane(3)
    assert lane.offer(3) is Offer.TWIN
    assert lane.offer(1) is Offer.TWIN
    assert lane.last == 3


def test_a_higher_number_is_a_gap_and_leaves_the_lane_where_it_is():
    lane = Lane(3)
    assert lane.offer(5) is Offer.GAP
    assert lane.last == 3


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 29)), max_size=12), st.integers(1, 30))
def test_whatever_is_sent_again_each_number_is_applied_once_and_in_order(resends: list[tuple[int, int]], count: int):
    # Any run of numbers may stand in the log, whole runs again, as long as one complete pass ends it.
    log = [number for start, length in resends for number in range(start, start + length) if number <= count]
    assert _applied([*log, *range(1, count + 1)], Lane()) == list(range(1, count + 1))


@given(st.lists(st.integers(1, 40)), st.integers(0, 20))
def test_what_is_applied_is_always_a_dense_run_after_the_start(log: list[int], start: int):
    applied = _applied(log, Lane(start))
    assert applied == list(range(start + 1, start + 1 + len(applied)))
