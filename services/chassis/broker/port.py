"""What an event log promises, whichever server is below it.

A log holds records of (topic, partition) in the order in which they were written. It may hold a record twice, or a
prefix again (a relay that resends); it never holds a number of one incarnation before a smaller one has appeared.
Readers therefore apply exactly `last + 1`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec

from services.chassis.event_store.port import OutboxRow


class TopicPartition(NamedTuple):
    """One ordered lane of the log."""

    topic: str
    partition: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A topic as the log has to hold it. A compacted topic keeps the newest value of each key, `None` as tombstone."""

    name: str
    compacted: bool = False


def is_compacted(topic: str) -> bool:
    """Say whether a topic is compacted; its name tells: `<service>.<entity>.state.v1`."""
    return ".state." in topic


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as it was read, nothing decoded.

    `resume` is the log's own position of this record, opaque to all but the reader that gave it (a Kafka offset, an
    outbox position). `number` and `incarnation` come from headers on compacted topics, else `None`: read the body.
    """

    topic: str
    partition: int
    key: str
    value: bytes | None
    resume: int
    number: int | None = None
    incarnation: str | None = None


class Reader(Protocol):
    """Reads chosen lanes from chosen places. One thread uses it."""

    def poll(self, limit: int, timeout_seconds: float) -> Sequence[Record]:
        """Give up to `limit` records as soon as there are any, or none after `timeout_seconds`.

        Records of one lane come in the log's order; lanes come interleaved as the log pleases.

        Raises:
            Unavailable: The log cannot be reached; polling again is fine.
        """

    def seek(self, lane: TopicPartition, after: int | None) -> None:
        """Go on after the record whose `resume` was `after`, or from the lane's beginning."""

    def end(self) -> Mapping[TopicPartition, int | None]:
        """Give the `resume` of the newest record of each lane, `None` for an empty one."""

    def close(self) -> None:
        """Give connections back."""


class Publisher(Protocol):
    """Writes outbox rows to the log. After a failure it is of no more use: its process exits without `close()`."""

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        """Write rows in order and return when the log has acknowledged every one.

        Raises:
            Unavailable: A send failed or the deadline passed. What was acknowledged is unknown; the process must exit.
        """

    def close(self) -> None:
        """Give connections back after the last successful `publish`."""


class Broker(Protocol):
    """The event log. Opens readers and publishers; make it after fork."""

    def ensure_topics(self, topics: Iterable[Topic]) -> None:
        """Create the topics that are missing, with the product's partitions; leave the others alone.

        Raises:
            Unavailable: The log cannot be reached.
        """

    def reader(self, lanes: Mapping[TopicPartition, int | None]) -> Reader:
        """Open a reader; each lane goes on after the given `resume`, or from its beginning."""

    def publisher(self) -> Publisher:
        """Open a publisher."""

    def tails(self, topic: str) -> Mapping[int, Record | None]:
        """Give the newest record of each partition of a topic, `None` for an empty one."""

    def close(self) -> None:
        """Give connections back."""
