"""The event log of the embedded profile: the outbox tables themselves, read from the stores' SQLite files.

`resume` is a row's position in its store's outbox. The files are only read; a file that another process has yet to make
is an empty log.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from services.chassis.broker.outbox_ends import LaneEnds
from services.chassis.broker.outbox_file import OutboxFile, Row, record_of
from services.chassis.broker.outbox_watch import OutboxWatch
from services.chassis.broker.port import Record, Topic, TopicPartition, is_compacted
from services.chassis.clock import monotonic
from services.chassis.envelope import PARTITIONS

_ROWS = "SELECT position, topic, partition, number, key, value, incarnation FROM outbox"
_PLAIN_ROWS = "SELECT position, topic, partition, key, value FROM outbox"
"""Enough where no topic is compacted: the body tells the rest, and a rebuild reads every row of it."""


class OutboxBroker:
    """An event log over the outboxes of some stores.

    Args:
        stores: Where the file of each store is, by the store's name.
        owners: Which store writes a topic.
    """

    def __init__(self, stores: Mapping[str, Path], owners: Mapping[str, str]) -> None:
        """Keep the paths; each reader opens connections of its own."""
        self._stores, self._owners = dict(stores), dict(owners)
        self._ends = {name: LaneEnds(path) for name, path in self._stores.items()}
        self._watch = OutboxWatch(self._stores, self._owners)

    def ensure_topics(self, topics: Iterable[Topic]) -> None:
        """Do nothing: a topic is there when a store writes to it.

        Raises:
            LookupError: No store writes a topic.
        """
        for topic in topics:
            self._store_of(topic.name)

    def reader(self, lanes: Mapping[TopicPartition, int | None]) -> "OutboxReader":
        """Open a reader; each lane goes on after the given position, or from its beginning."""
        by_store: dict[str, dict[TopicPartition, int | None]] = defaultdict(dict)
        for lane, after in lanes.items():
            by_store[self._store_of(lane.topic)][lane] = after
        readers = [_StoreReader(self._stores[store], self._ends[store], of) for store, of in by_store.items()]
        return OutboxReader(readers, self._watch)

    def publisher(self) -> NoReturn:
        """Refuse: what is in the outbox is published.

        Raises:
            TypeError: Always.
        """
        raise TypeError("the outboxes are the log: nothing is published to it")

    def tails(self, topic: str) -> Mapping[int, Record | None]:
        """Give the newest record of each partition of a topic, `None` for an empty one."""
        store = self._store_of(topic)
        ends, file = self._ends[store].look().positions, OutboxFile(self._stores[store])
        query = f"{_ROWS} WHERE position = ?"
        try:
            newest = {lane: file.rows(query, (ends.get((topic, lane), 0),)) for lane in range(PARTITIONS)}
        finally:
            file.close()
        return {partition: record_of(rows[0]) if rows else None for partition, rows in newest.items()}

    def close(self) -> None:
        """Do nothing: readers are closed by those who opened them."""

    def _store_of(self, topic: str) -> str:
        try:
            return self._owners[topic]
        except KeyError:
            raise LookupError(f"no store writes {topic}") from None


class OutboxReader:
    """Reads lanes from the outboxes of one or more stores."""

    def __init__(self, stores: Sequence["_StoreReader"], watch: OutboxWatch) -> None:
        """Take over one reader per store; `watch` tells when a topic was."""
        self._stores = tuple(stores)
        self._topics = frozenset().union(*(store.topics for store in self._stores))
        self._watch = watch
        self._seen = watch.seen(())

    def poll(self, limit: int, timeout_seconds: float) -> Sequence[Record]:
        """Give up to `limit` records as soon as there are any, or none after `timeout_seconds`."""
        deadline = monotonic() + timeout_seconds
        while True:
            if records := self._read(limit):
                return records
            if not self._wait_for_change(deadline):
                return ()

    def _read(self, limit: int) -> list[Record]:
        self._seen = self._watch.seen(self._topics)
        records: list[Record] = []
        for store in self._stores:
            if len(records) < limit:
                records += store.read(limit - len(records))
        # A busy store would otherwise keep the others waiting for ever.
        self._stores = (*self._stores[1:], *self._stores[:1])
        return records

    def _wait_for_change(self, deadline: float) -> bool:
        return any(store.has_more() for store in self._stores) or self._watch.wait(self._seen, deadline)

    def seek(self, lane: TopicPartition, after: int | None) -> None:
        """Go on after the position `after`, or from the lane's beginning."""
        for store in self._stores:
            store.seek(lane, after)

    def end(self) -> Mapping[TopicPartition, int | None]:
        """Give the position of the newest record of each lane, `None` for an empty one."""
        return {lane: end for store in self._stores for lane, end in store.end().items()}

    def close(self) -> None:
        """Give connections back."""
        for store in self._stores:
            store.close()


class _StoreReader:
    """The lanes of one store, read in the order of its outbox."""

    def __init__(self, path: Path, ends: LaneEnds, lanes: Mapping[TopicPartition, int | None]) -> None:
        self._file, self._ends = OutboxFile(path), ends
        self._after = {lane: after or 0 for lane, after in lanes.items()}
        self._unchecked = {lane for lane, after in self._after.items() if after}
        self.topics = tuple(sorted({lane.topic for lane in lanes}))
        self._plain = frozenset(topic for topic in self.topics if not is_compacted(topic))
        self._scanned: int | None = None
        self._more = True

    def read(self, limit: int) -> list[Record]:
        if not self._file.is_there():
            self._more = False
            return []
        self._check_places()
        if self._scanned is None:
            self._scanned = self._beginning()
        # Rows of other topics are passed over once, not at every look: nothing at or before `newest` can come later.
        newest = self._file.newest()
        marks = ", ".join("?" * len(self.topics))
        columns = _PLAIN_ROWS if len(self._plain) == len(self.topics) else _ROWS
        query = f"{columns} WHERE position > ? AND topic IN ({marks}) ORDER BY position LIMIT ?"
        rows = self._file.rows(query, (self._scanned, *self.topics, limit))
        self._more = len(rows) == limit
        last = rows[-1][0] if rows else 0
        self._scanned = last if self._more else max(last, newest, self._scanned)
        return self._wanted_plain(rows) if columns is _PLAIN_ROWS else self._wanted(rows)

    def _wanted_plain(self, rows: Sequence[tuple[int, str, int, str, bytes]]) -> list[Record]:
        # A rebuild passes every message through here: plain tuples find a lane as well as named ones, at half the cost.
        records: list[Record] = []
        after = self._after
        for position, topic, partition, key, value in rows:
            lane = (topic, partition)
            if after.get(lane, position) < position:  # type: ignore[call-overload]
                after[lane] = position  # type: ignore[index]
                records.append(Record(topic, partition, key, value, position))
        return records

    def _wanted(self, rows: Sequence[Row]) -> list[Record]:
        records: list[Record] = []
        for row in rows:
            position, lane = row[0], TopicPartition(row[1], row[2])
            if self._after.get(lane, position) < position:
                self._after[lane] = position
                records.append(record_of(row))
        return records

    def _beginning(self) -> int:
        # A lane without a row behind its place, an empty one above all, does not make the others wait for a pass over
        # everything that they have read before.
        ends = self._ends.look()
        return min(
            ends.known_to if ends.positions.get(lane, 0) <= after else after for lane, after in self._after.items()
        )

    def _check_places(self) -> None:
        # After a restore the positions that a reader remembers may be another message's, or nobody's. Its lane is then
        # read again from the beginning, where the numbers and the life of each message tell what is new.
        for lane in self._unchecked:
            found = self._file.rows("SELECT topic, partition FROM outbox WHERE position = ?", (self._after[lane],))
            if found != [lane]:
                self.seek(lane, None)
        self._unchecked.clear()

    def has_more(self) -> bool:
        return self._more

    def seek(self, lane: TopicPartition, after: int | None) -> None:
        if lane in self._after:
            self._after[lane] = after or 0
            if self._scanned is not None:
                self._scanned = min(self._scanned, self._after[lane])
            self._more = True

    def end(self) -> Mapping[TopicPartition, int | None]:
        ends = self._ends.look().positions
        return {lane: ends.get(lane) for lane in self._after}

    def close(self) -> None:
        self._file.close()
