"""What every event log has to do. Subclass it with a fixture `log`; each test uses a topic of its own."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import pytest

from services.chassis.broker.port import Broker, Reader, Record, Topic, TopicPartition
from services.chassis.clock import monotonic
from services.chassis.envelope import PARTITIONS, encode, number_of, numbered
from services.chassis.event_store.port import OutboxRow
from services.chassis.ids import new_id
from services.chassis.sequence import Lane, Offer

LOST_PREFIX = (4, 5, 6, 1, 2, 3, 4, 5, 6)
"""What an idempotent producer was seen to leave behind when its broker was killed in the middle of a batch."""

INCARNATION = UUID("11111111-1111-4111-8111-111111111111")


class Log(Protocol):
    """An event log and a way to put records into it as they come, twins and gaps too."""

    @property
    def broker(self) -> Broker:
        """The log under test."""

    def topic(self, kind: str) -> str:
        """Make a topic that no other test uses; `kind` is `events` or `state`."""

    def write(self, rows: Sequence[OutboxRow]) -> None:
        """Put records at the log's end, in this order."""


def a_row(topic: str, number: int, *, partition: int = 0, key: str = "ballots-1", tombstone: bool = False) -> OutboxRow:
    """Make a row of an outbox; its position is of no meaning."""
    body = encode(
        incarnation=INCARNATION,
        event_id=new_id(),
        source="/cchc/test/survey",
        type="cchc.survey.ballot_cast.v1",
        subject=key,
        time=datetime(2021, 6, 18, 1, tzinfo=UTC),
        data={"score": 4},
        key=key,
    )
    return OutboxRow(
        position=number,
        topic=topic,
        partition=partition,
        number=number,
        key=key,
        value=None if tombstone else numbered(body, number),
        incarnation=INCARNATION,
    )


def read(reader: Reader, count: int, *, limit: int = 500, seconds: float = 20) -> list[Record]:
    """Poll until `count` records are there.

    Raises:
        AssertionError: They were not, within `seconds`, or there were more.
    """
    records: list[Record] = []
    deadline = monotonic() + seconds
    while len(records) < count and monotonic() < deadline:
        records += reader.poll(limit, 0.2)
    assert len(records) == count
    return records


def lanes_of(topic: str) -> dict[TopicPartition, int | None]:
    """Name every lane of a topic, each to be read from its beginning."""
    return {TopicPartition(topic, partition): None for partition in range(PARTITIONS)}


class BrokerSuite:
    """The contract of `Broker` and `Reader`."""

    @pytest.fixture(name="topic")
    def a_topic(self, log: Log) -> str:
        return log.topic("events")

    @pytest.fixture(name="reader")
    def a_reader(self, log: Log, topic: str) -> Iterator[Reader]:
        reader = log.broker.reader(lanes_of(topic))
        yield reader
        reader.close()

    def test_each_lane_is_read_in_the_order_of_the_log(self, log: Log, topic: str, reader: Reader) -> None:
        log.write([a_row(topic, number, partition=lane) for number in range(1, 9) for lane in range(PARTITIONS)])
        records = read(reader, 8 * PARTITIONS)
        for lane in range(PARTITIONS):
            numbers = [number_of(record.value or b"") for record in records if record.partition == lane]
            assert numbers == list(range(1, 9))

    def test_a_record_gives_its_topic_its_key_and_its_bytes(self, log: Log, topic: str, reader: Reader) -> None:
        row = a_row(topic, 1, partition=3, key="phiếu-1")
        log.write([row])
        (record,) = read(reader, 1)
        assert (record.topic, record.partition, record.key, record.value) == (topic, 3, "phiếu-1", row.value)
        assert (record.number, record.incarnation) == (None, None)

    def test_a_compacted_topic_tells_number_and_incarnation_of_a_tombstone(self, log: Log) -> None:
        topic = log.topic("state")
        log.write([a_row(topic, 1), a_row(topic, 2, tombstone=True)])
        reader = log.broker.reader(lanes_of(topic))
        records = read(reader, 2)
        reader.close()
        assert [(record.number, record.incarnation) for record in records] == [
            (1, str(INCARNATION)),
            (2, str(INCARNATION)),
        ]
        assert records[1].value is None

    def test_a_reader_goes_on_after_the_place_it_was_given(self, log: Log, topic: str, reader: Reader) -> None:
        log.write([a_row(topic, number) for number in range(1, 6)])
        third = read(reader, 5)[2]
        successor = log.broker.reader({TopicPartition(topic, 0): third.resume})
        assert [number_of(record.value or b"") for record in read(successor, 2)] == [4, 5]
        successor.close()

    def test_a_reader_gets_only_the_lanes_it_asked_for(self, log: Log, topic: str) -> None:
        log.write([a_row(topic, 1, partition=lane) for lane in range(PARTITIONS)])
        reader = log.broker.reader({TopicPartition(topic, 7): None})
        assert [record.partition for record in read(reader, 1)] == [7]
        assert list(reader.poll(10, 0.1)) == []
        reader.close()

    def test_a_poll_gives_no_more_than_its_limit(self, log: Log, topic: str, reader: Reader) -> None:
        log.write([a_row(topic, number) for number in range(1, 8)])
        first = reader.poll(3, 20)
        assert 1 <= len(first) <= 3
        rest = read(reader, 7 - len(first), limit=3)
        assert [number_of(record.value or b"") for record in (*first, *rest)] == [1, 2, 3, 4, 5, 6, 7]

    def test_a_poll_gives_nothing_when_its_time_is_over(self, reader: Reader) -> None:
        started = monotonic()
        assert list(reader.poll(10, 0.05)) == []
        assert monotonic() - started < 10

    def test_a_waiting_reader_is_woken_by_a_new_record(self, log: Log, topic: str, reader: Reader) -> None:
        reader.poll(10, 0.05)
        writer = threading.Timer(0.05, log.write, ([a_row(topic, 1)],))
        writer.start()
        assert len(reader.poll(10, 20)) == 1
        writer.join()

    def test_seeking_reads_one_lane_again_and_leaves_the_others(self, log: Log, topic: str, reader: Reader) -> None:
        log.write([a_row(topic, number, partition=lane) for number in (1, 2, 3) for lane in (0, 1)])
        first = next(record for record in read(reader, 6) if record.partition == 0)
        reader.seek(TopicPartition(topic, 0), first.resume)
        again = read(reader, 2)
        assert [(record.partition, number_of(record.value or b"")) for record in again] == [(0, 2), (0, 3)]
        reader.seek(TopicPartition(topic, 0), None)
        assert [number_of(record.value or b"") for record in read(reader, 3)] == [1, 2, 3]

    def test_the_end_is_the_place_of_the_newest_record_of_each_lane(self, log: Log, topic: str, reader: Reader) -> None:
        log.write([a_row(topic, 1, partition=2), a_row(topic, 2, partition=2), a_row(topic, 1, partition=5)])
        records = read(reader, 3)
        newest = {TopicPartition(record.topic, record.partition): record.resume for record in records}
        assert reader.end() == lanes_of(topic) | newest
        log.write([a_row(topic, 2, partition=5)])
        (later,) = read(reader, 1)
        assert reader.end()[TopicPartition(topic, 5)] == later.resume

    def test_the_tails_are_the_newest_records(self, log: Log, topic: str) -> None:
        log.write([a_row(topic, number, partition=4) for number in (1, 2, 3)])
        tails = log.broker.tails(topic)
        assert sorted(tails) == list(range(PARTITIONS))
        newest = tails[4]
        assert newest is not None
        assert number_of(newest.value or b"") == 3
        assert tails[5] is None

    def test_topics_that_are_there_are_left_alone(self, log: Log, topic: str, reader: Reader) -> None:
        log.write([a_row(topic, 1)])
        log.broker.ensure_topics([Topic(name=topic)])
        read(reader, 1)

    def test_a_lost_prefix_sent_again_is_applied_once_each_and_in_order(
        self, log: Log, topic: str, reader: Reader
    ) -> None:
        log.write([a_row(topic, number) for number in LOST_PREFIX])
        numbers = [number_of(record.value or b"") for record in read(reader, len(LOST_PREFIX))]
        assert numbers == list(LOST_PREFIX)
        lane = Lane()
        assert [number for number in numbers if lane.offer(number) is Offer.APPLY] == [1, 2, 3, 4, 5, 6]
        # The other rule, which looks as good, loses the prefix for ever.
        assert greater_than_the_last(numbers) == [4, 5, 6]


def greater_than_the_last(numbers: Sequence[int]) -> list[int]:
    """Apply whatever is greater than the last number: the rule that must not be used, kept to show what it loses."""
    applied = [0]
    for number in numbers:
        if number > applied[-1]:
            applied.append(number)
    return applied[1:]
