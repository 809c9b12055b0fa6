"""Reading a whole store, page by page."""

import json
from collections.abc import Iterator
from typing import Any

from services.chassis.envelope import CloudEvent, decode
from services.chassis.event_store.port import EventStore, OutboxRow, RecordedFact

PAGE = 5_000
BLOCK_RELEASED = "indicators.block_released.v1"


def facts_of(store: EventStore) -> Iterator[RecordedFact]:
    after = 0
    while facts := store.read(after, PAGE):
        yield from facts
        after = facts[-1].position


def outbox_of(store: EventStore) -> Iterator[OutboxRow]:
    after = 0
    while rows := store.read_outbox(after, PAGE):
        yield from rows
        after = rows[-1].position


def events_of(store: EventStore, topic: str) -> list[CloudEvent]:
    """Give the messages of a topic as they stand in the outbox, tombstones left aside."""
    return [decode(row.value) for row in outbox_of(store) if row.topic == topic and row.value is not None]


def blocks_of(store: EventStore) -> list[dict[str, Any]]:
    """Give the folder's blocks as it recorded them."""
    return [json.loads(fact.data) for fact in facts_of(store) if fact.type == BLOCK_RELEASED]
