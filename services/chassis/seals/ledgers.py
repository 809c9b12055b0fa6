"""The two ledgers of a store, and the bytes of their rows as they are digested."""

import hashlib
import struct
from collections.abc import Callable, Sequence
from enum import StrEnum

from services.chassis.event_store.port import EventStore, OutboxRow, RecordedFact
from services.chassis.event_store.timestamps import to_microseconds

RANGE_LIMIT = 1000
"""Rows in one range at most."""


class Ledger(StrEnum):
    """What is sealed of a store."""

    FACTS = "facts"
    OUTBOX = "outbox"


Row = RecordedFact | OutboxRow
Read = Callable[[int, int], Sequence[Row]]


def reader_of(store: EventStore, ledger: Ledger) -> Read:
    """Give what reads a ledger: rows after a position, up to a limit."""
    return store.read if ledger is Ledger.FACTS else store.read_outbox


def digest_of(rows: Sequence[Row]) -> bytes:
    """Digest rows over their stored bytes, in order."""
    digest = hashlib.sha256()
    for row in rows:
        fields = _fact_fields(row) if isinstance(row, RecordedFact) else _outbox_fields(row)
        # Each field stands behind its length, so that no two rows read alike; a missing one has none.
        for field in fields:
            digest.update(b"\xff" * 8 if field is None else struct.pack(">q", len(field)) + field)
    return digest.digest()


def _fact_fields(fact: RecordedFact) -> tuple[bytes | None, ...]:
    return (
        struct.pack(">qqq", fact.position, fact.version, to_microseconds(fact.recorded_at)),
        fact.stream.encode(),
        fact.type.encode(),
        fact.data,
        fact.metadata,
        fact.command_id,
        fact.command_hash,
        fact.result,
    )


def _outbox_fields(row: OutboxRow) -> tuple[bytes | None, ...]:
    return (
        struct.pack(">qqq", row.position, row.partition, row.number),
        row.topic.encode(),
        row.key.encode(),
        row.value,
        row.incarnation.bytes,
    )
