"""What leaves the directory: the whole dated record of a unit whenever a fact changed it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.chassis import envelope
from services.chassis.event_store.port import NewMessage
from services.gateway.directory.domain.records import UnitRecord

UNIT_STATE_TOPIC = "directory.unit.state.v1"
UNIT_RECORDED = "cchc.directory.unit_recorded.v1"


def published_record(record: UnitRecord) -> dict[str, Any]:
    """Give the record as it is published and as packs write it: particulars stand beside the other statements."""
    written: dict[str, Any] = msgspec.to_builtins(record)
    particulars = written.pop("particulars")
    return {**written, **particulars}


def unit_recorded(  # noqa: PLR0913 - where a message comes from
    record: UnitRecord, *, stream: str, version: int, source: str, incarnation: UUID, event_id: UUID, at: datetime
) -> NewMessage:
    """Write the message for the compacted topic; its key is the unit's id."""
    value = envelope.encode(
        incarnation=incarnation,
        event_id=event_id,
        source=source,
        type=UNIT_RECORDED,
        subject=stream,
        time=at,
        data=published_record(record),
        key=record.id,
        stream_version=version,
    )
    return NewMessage(topic=UNIT_STATE_TOPIC, partition=envelope.partition_of(record.id), key=record.id, value=value)
