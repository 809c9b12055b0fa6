"""A store's outbox as tests play it: rows numbered densely per lane, and new incarnations with their markers."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from services.chassis.broker.port import TopicPartition
from services.chassis.envelope import encode, numbered, partition_of
from services.chassis.event_store.port import OutboxRow
from services.chassis.ids import new_id
from services.chassis.projector.incarnations import MARKER_TYPE

THING_KEPT = "cchc.things.thing_kept.v1"
"""The type of a message that says nothing else."""

_MOMENT = datetime(2021, 6, 18, 1, tzinfo=UTC)


@dataclass(slots=True)
class Sender:
    """One life of one store."""

    incarnation: UUID = field(default_factory=new_id)
    heads: Counter[TopicPartition] = field(default_factory=Counter)
    position: int = 0

    def row(
        self, topic: str, key: str, data: object = None, *, partition: int | None = None, kind: str = THING_KEPT
    ) -> OutboxRow:
        """Make the next row of the key's lane."""
        lane = partition_of(key) if partition is None else partition
        return self._numbered(topic, key, lane, self._body(key, data, kind))

    def tombstone(self, topic: str, key: str) -> OutboxRow:
        """Make the row that erases a key of a compacted topic."""
        return self._numbered(topic, key, partition_of(key), None)

    def restored(self, kept: "Counter[TopicPartition]") -> tuple["Sender", list[OutboxRow]]:
        """Begin a new life from a backup that holds `kept`; give it with its markers."""
        successor = Sender(heads=Counter(kept), position=self.position)
        markers = []
        for lane, head in sorted(kept.items()):
            key = f"incarnation-{successor.incarnation}"
            data = {"previous": str(self.incarnation), "kept_through": head}
            body = successor._body(key, data, MARKER_TYPE)
            markers.append(successor._numbered(lane.topic, key, lane.partition, body))
        return successor, markers

    def _numbered(self, topic: str, key: str, partition: int, body: bytes | None) -> OutboxRow:
        lane = TopicPartition(topic, partition)
        self.heads[lane] += 1
        self.position += 1
        return OutboxRow(
            position=self.position,
            topic=topic,
            partition=partition,
            number=self.heads[lane],
            key=key,
            value=None if body is None else numbered(body, self.heads[lane]),
            incarnation=self.incarnation,
        )

    def _body(self, key: str, data: object, kind: str = THING_KEPT) -> bytes:
        return encode(
            incarnation=self.incarnation,
            event_id=new_id(),
            source="/cchc/tests/things",
            type=kind,
            subject=key,
            time=_MOMENT,
            data={} if data is None else data,  # type: ignore[arg-type]
            key=key,
        )
