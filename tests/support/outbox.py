"""Messages put into a store's outbox, and the proof that a log has them all."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from services.chassis.broker.port import Broker, Reader, TopicPartition
from services.chassis.clock import monotonic
from services.chassis.envelope import PARTITIONS, encode, number_of, partition_of
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewFact, NewMessage
from services.chassis.ids import new_id

STREAMS = 24
_BATCH = 100


def a_request(store: EventStore, topic: str, nth: int) -> AppendRequest:
    """Make the request whose message is the `nth`, counted from 0; the streams take turns."""
    stream = f"ballots-{nth % STREAMS}"
    body = encode(
        incarnation=store.incarnation(),
        event_id=new_id(),
        source="/cchc/test/survey",
        type="cchc.survey.ballot_cast.v1",
        subject=stream,
        time=datetime(2021, 6, 18, 1, tzinfo=UTC),
        data={"ballot_id": str(nth), "score": 4, "reasons": ["waiting_time"], "day": "2021-06-18"},
        key=stream,
    )
    return AppendRequest(
        stream=stream,
        expected_version=nth // STREAMS + NO_STREAM,
        facts=(NewFact(type="survey.ballot_cast.v1", data=b"{}"),),
        messages=(NewMessage(topic=topic, partition=partition_of(stream), key=stream, value=body),),
    )


def append_messages(store: EventStore, topic: str, count: int, *, after: int = 0) -> None:
    """Record `count` messages, one per command."""
    for start in range(after, after + count, _BATCH):
        last = min(start + _BATCH, after + count)
        store.append_many([a_request(store, topic, nth) for nth in range(start, last)])


class Appending:
    """A thread that keeps recording messages while something else goes wrong."""

    def __init__(self, store: EventStore, topic: str, *, pause_seconds: float = 0.05, limit: int = 60_000) -> None:
        self._store, self._topic, self._pause, self._limit = store, topic, pause_seconds, limit
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        written = 0
        while written < self._limit and not self._stop.wait(self._pause):
            append_messages(self._store, self._topic, _BATCH, after=written)
            written += _BATCH

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()


def first_appearances(broker: Broker, topic: str, heads: Mapping[tuple[str, int], int]) -> dict[int, list[int]]:
    """Read a topic from its beginning until every lane has shown its head, and give each lane's numbers without twins."""
    reader = broker.reader({TopicPartition(topic, partition): None for partition in range(PARTITIONS)})
    seen: dict[int, dict[int, None]] = defaultdict(dict)
    wanted = {partition: number for (name, partition), number in heads.items() if name == topic}
    try:
        for partition, number in _numbers(reader, seconds=30):
            seen[partition].setdefault(number)
            if wanted.get(partition) == number:
                del wanted[partition]
            if not wanted:
                break
    finally:
        reader.close()
    return {partition: list(numbers) for partition, numbers in seen.items()}


def _numbers(reader: Reader, *, seconds: float) -> Iterator[tuple[int, int]]:
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        for record in reader.poll(2_000, 0.2):
            yield record.partition, number_of(record.value or b"")


def assert_complete(broker: Broker, store: EventStore, topic: str) -> None:
    """Every number of every lane is in the log, and whatever came first came in ascending order."""
    heads = {lane: number for lane, number in store.heads().items() if lane[0] == topic}
    seen = first_appearances(broker, topic, heads)
    for (_, partition), head in heads.items():
        numbers = [number for number in seen.get(partition, []) if number <= head]
        assert numbers == list(range(1, head + 1)), f"partition {partition} lacks numbers or has them out of order"
