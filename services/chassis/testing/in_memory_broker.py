"""An event log in memory: twelve lanes per topic that come interleaved, with twins, gaps and repeated beginnings.

The embedded log is too kind: it gives every message once and in one order. A projection is tested against this one.
"""

import random
import threading
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from services.chassis.broker.port import Record, Topic, TopicPartition, is_compacted
from services.chassis.clock import monotonic
from services.chassis.domain import Unavailable
from services.chassis.envelope import PARTITIONS
from services.chassis.event_store.port import OutboxRow


def record_of(row: OutboxRow) -> Record:
    """Make the record that a relay would write for an outbox row; its place is given by the log."""
    if is_compacted(row.topic):
        return Record(row.topic, row.partition, row.key, row.value, 0, row.number, str(row.incarnation))
    return Record(row.topic, row.partition, row.key, row.value, 0)


class InMemoryLog:
    """What the log holds. Tests put faults into it; a broker gives it out."""

    def __init__(self) -> None:
        """Begin empty."""
        self.changed = threading.Condition()
        self.away = False
        """Set to let every call fail as if the servers were gone."""
        self._lanes: dict[TopicPartition, list[Record]] = {}

    def write(self, *rows: OutboxRow) -> None:
        """Write rows at the ends of their lanes."""
        self.put(*(record_of(row) for row in rows))

    def put(self, *records: Record) -> None:
        """Write records as they are, however broken, at the ends of their lanes."""
        with self.changed:
            for record in records:
                lane = self._lanes.setdefault(TopicPartition(record.topic, record.partition), [])
                lane.append(replace(record, resume=len(lane)))
            self.changed.notify_all()

    def repeat(self, lane: TopicPartition, start: int, stop: int) -> None:
        """Write places `start` to `stop` (not included) of a lane again, as a relay that starts over does."""
        self.put(*self.read(lane)[start:stop])

    def cut(self, lane: TopicPartition, keep: int) -> None:
        """Lose everything from place `keep` on, as servers without a flushed copy do."""
        with self.changed:
            del self._lanes[lane][keep:]

    def read(self, lane: TopicPartition) -> Sequence[Record]:
        """Give everything a lane holds."""
        return self._lanes.get(lane, [])

    @property
    def lanes(self) -> Sequence[TopicPartition]:
        """Lanes that hold something."""
        return [lane for lane, records in self._lanes.items() if records]


class InMemoryBroker:
    """A broker over an `InMemoryLog`. `seed` decides how the lanes are interleaved.

    Where one thread writes and then reads, nothing comes while it waits: `waits=False` has readers give nothing at once.
    """

    def __init__(self, log: InMemoryLog | None = None, *, seed: int = 0, waits: bool = True) -> None:
        """Give out `log`, or a new one."""
        self._waits = waits
        self.log = log or InMemoryLog()
        self.topics: dict[str, Topic] = {}
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def ensure_topics(self, topics: Iterable[Topic]) -> None:
        """Note the topics."""
        _check(self.log)
        for topic in topics:
            self.topics.setdefault(topic.name, topic)

    def reader(self, lanes: Mapping[TopicPartition, int | None]) -> "InMemoryReader":
        """Open a reader; each lane goes on after the given place, or from its beginning."""
        _check(self.log)
        return InMemoryReader(self.log, lanes, self._random.random(), waits=self._waits)

    def publisher(self) -> "InMemoryPublisher":
        """Open a publisher."""
        _check(self.log)
        return InMemoryPublisher(self.log)

    def tails(self, topic: str) -> Mapping[int, Record | None]:
        """Give the newest record of each partition of a topic, `None` for an empty one."""
        _check(self.log)
        lanes = [self.log.read(TopicPartition(topic, partition)) for partition in range(PARTITIONS)]
        return {partition: lane[-1] if lane else None for partition, lane in enumerate(lanes)}

    def close(self) -> None:
        """Give nothing back: there is nothing."""


class InMemoryReader:
    """Reads lanes in short runs, taken from here and there."""

    def __init__(
        self, log: InMemoryLog, lanes: Mapping[TopicPartition, int | None], seed: float, *, waits: bool
    ) -> None:
        """Stand after the given places."""
        self._waits = waits
        self._log = log
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._next: dict[TopicPartition, int] = {}
        for lane, after in lanes.items():
            self.seek(lane, after)

    def poll(self, limit: int, timeout_seconds: float) -> Sequence[Record]:
        """Give up to `limit` records as soon as there are any, or none after `timeout_seconds`."""
        deadline = monotonic() + (timeout_seconds if self._waits else 0)
        with self._log.changed:
            while True:
                _check(self._log)
                records = self._take(limit)
                left = deadline - monotonic()
                if records or left <= 0:
                    return records
                self._log.changed.wait(left)

    def seek(self, lane: TopicPartition, after: int | None) -> None:
        """Go on after the place `after`, or from the lane's beginning."""
        self._next[lane] = 0 if after is None else after + 1

    def end(self) -> Mapping[TopicPartition, int | None]:
        """Give the place of the newest record of each lane, `None` for an empty one."""
        _check(self._log)
        return {lane: len(self._log.read(lane)) - 1 if self._log.read(lane) else None for lane in self._next}

    def close(self) -> None:
        """Give nothing back: there is nothing."""

    def _take(self, limit: int) -> list[Record]:
        taken: list[Record] = []
        while len(taken) < limit and (waiting := [lane for lane in self._next if self._has_more(lane)]):
            lane = self._random.choice(waiting)
            start = self._next[lane]
            run = self._log.read(lane)[start : start + min(self._random.randint(1, 5), limit - len(taken))]
            self._next[lane] += len(run)
            taken += run
        return taken

    def _has_more(self, lane: TopicPartition) -> bool:
        return self._next[lane] < len(self._log.read(lane))


class InMemoryPublisher:
    """Writes outbox rows to the log."""

    def __init__(self, log: InMemoryLog) -> None:
        """Write to that log."""
        self._log = log

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        """Write rows in order."""
        _check(self._log)
        self._log.write(*rows)

    def close(self) -> None:
        """Give nothing back: there is nothing."""


def _check(log: InMemoryLog) -> None:
    if log.away:
        raise Unavailable("the log is away")
