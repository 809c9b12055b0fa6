"""What becomes of each record of a lane, whatever the log did to it."""

import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.broker.port import Record, TopicPartition
from services.chassis.event_store.port import OutboxRow
from services.chassis.projector.incarnations import Diverged, Lineage, Marker
from services.chassis.projector.lanes import Admitted, Lanes, LaneState
from services.chassis.testing.broker_suite import LOST_PREFIX
from services.chassis.testing.in_memory_broker import record_of
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import EVENTS

LANE = TopicPartition(EVENTS, 0)


def lanes(**state: object) -> Lanes:
    return Lanes([LaneState(LANE, **state)])


def as_records(rows: Sequence[OutboxRow]) -> list[Record]:
    return [
        Record(record.topic, record.partition, record.key, record.value, place)
        for place, record in enumerate(map(record_of, rows))
    ]


def some_rows(count: int, sender: Sender | None = None) -> list[OutboxRow]:
    sender = sender or Sender()
    return [sender.row(EVENTS, "k", partition=0) for _ in range(count)]


def admit(under_test: Lanes, records: Sequence[Record], now: float = 0.0) -> Admitted:
    return under_test.admit(records, now)


def state_of(under_test: Lanes) -> LaneState:
    return under_test.states[LANE]


def test_a_lost_prefix_is_applied_when_it_comes() -> None:
    rows, under_test = some_rows(6), lanes()
    admitted = admit(under_test, as_records([rows[number - 1] for number in LOST_PREFIX]))
    assert admitted.numbers == [1, 2, 3, 4, 5, 6]
    assert state_of(under_test).resume == len(LOST_PREFIX) - 1


def test_while_a_gap_is_open_the_place_to_go_on_from_stays_before_what_was_let_go() -> None:
    rows, under_test = some_rows(5), lanes()
    records = as_records([rows[0], rows[3], rows[1]])
    admit(under_test, records)
    assert state_of(under_test).resume == 0
    assert (state_of(under_test).ahead, state_of(under_test).sequence.last) == (4, 2)


def test_what_is_put_aside_behind_a_gap_does_not_hide_what_was_let_go() -> None:
    rows, under_test = some_rows(4), lanes()
    records = as_records([rows[0], rows[3], rows[3]])
    admit(under_test, [*records[:2], Record(EVENTS, 0, "k", b"not ours", 2)])
    assert state_of(under_test).resume == 0


def test_the_age_of_a_gap_begins_with_its_first_record_and_ends_with_the_missing_one() -> None:
    rows, under_test = some_rows(3), lanes()
    records = as_records([rows[0], rows[2], rows[1], rows[2]])
    admit(under_test, records[:2], now=10)
    admit(under_test, records[1:2], now=20)
    assert under_test.waiting_since() == 10
    admit(under_test, records[2:], now=30)
    assert under_test.waiting_since() is None


def test_an_incarnation_that_nobody_introduced_holds_its_lane() -> None:
    under_test = lanes()
    rows = some_rows(3)
    stranger = Sender(heads=Sender().heads)
    stranger.heads[LANE] = 3
    records = as_records([*rows, *some_rows(2, stranger), rows[2]])
    assert admit(under_test, records).numbers == [1, 2, 3]
    assert state_of(under_test).unknown == str(stranger.incarnation)
    assert state_of(under_test).resume == 2


def test_a_build_in_the_making_waits_where_the_live_one_stands() -> None:
    rows, under_test = some_rows(6), lanes()
    records = as_records(rows)
    under_test.stop_after({LANE: 4.0})
    assert admit(under_test, records).numbers == [1, 2, 3, 4]
    assert under_test.stop_after({LANE: 4.0}) == {}
    assert under_test.stop_after({LANE: 5.0}) == {LANE: 3}
    assert admit(under_test, records[4:]).numbers == [5]


def test_a_body_without_its_number_is_put_aside_and_the_lane_goes_on() -> None:
    rows, under_test = some_rows(2), lanes()
    records = as_records([rows[0], rows[0], rows[1]])
    broken = Record(EVENTS, 0, "k", b'{"number":"x' + (rows[0].value or b"")[12:], 1)
    admitted = admit(under_test, [records[0], broken, records[2]])
    assert (admitted.numbers, [record.resume for record, _ in admitted.unreadable]) == ([1, 2], [1])


def test_a_lineage_keeps_of_each_life_what_every_later_one_kept() -> None:
    lineage = Lineage([Marker("b", "a", 30), Marker("c", "b", 50), Marker("d", "c", 45)])
    assert [lineage.limit(life) for life in "abcd"] == [30, 45, 45, math.inf]
    assert lineage.limit("stranger") == -1


def test_a_life_that_a_restore_passed_over_keeps_nothing() -> None:
    lineage = Lineage([Marker("b", "a", 30), Marker("c", "a", 40)])
    assert (lineage.limit("b"), lineage.limit("a")) == (-1, 40)
    assert lineage.kept("b", 35) == 30


def test_a_lane_that_is_past_what_was_kept_cannot_even_be_opened() -> None:
    state = LaneState(LANE, incarnation="a", lineage=Lineage([Marker("b", "a", 30)], root="a"))
    state.sequence.last = 31
    with pytest.raises(Diverged, match="31 of incarnation a, of which only 30"):
        Lanes([state])


@given(
    count=st.integers(0, 30),
    starts=st.lists(st.integers(0, 30), max_size=8),
    lost=st.lists(st.integers(0, 8), max_size=3),
    cuts=st.lists(st.integers(0, 400), max_size=10),
)
def test_each_message_is_applied_once_and_in_order(
    count: int, starts: Sequence[int], lost: Sequence[int], cuts: Sequence[int]
) -> None:
    rows = some_rows(count)
    sent = list(rows)
    for start in starts:
        sent = [*sent[: start + 3], *rows[: start + 3][start:], *sent[start + 3 :]]
    for missing in lost:
        sent = [*rows[missing:], *sent]
    records = as_records(sent)
    under_test, applied = lanes(), list[int]()
    bounds = sorted({0, len(records), *(cut % (len(records) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(bounds):
        applied += admit(under_test, records[begin:end]).numbers
        # What is committed is enough to go on from: a reader that starts there misses nothing.
        state = state_of(under_test)
        unread = set(range(state.sequence.last + 1, count + 1))
        behind = records[(-1 if state.resume is None else state.resume) + 1 :]
        assert unread <= {int(record.value[11:31]) for record in behind if record.value is not None}
    assert applied == list(range(1, count + 1))
