"""Builders of append requests, with sound defaults."""

from datetime import UTC, datetime
from uuid import UUID

from services.chassis.envelope import encode, partition_of
from services.chassis.event_store.port import NO_STREAM, AppendRequest, NewFact, NewMessage
from services.chassis.ids import new_id

TOPIC = "things.thing.events.v1"

_MOMENT = datetime(2021, 6, 18, 1, tzinfo=UTC)


def a_stream() -> str:
    """Name a stream that nobody else uses."""
    return f"thing-{new_id()}"


def a_fact(data: bytes = b'{"kept":true}', *, type: str = "things.thing_kept.v1") -> NewFact:  # noqa: A002
    """Make a fact."""
    return NewFact(type=type, data=data)


def a_message(
    key: str, *, topic: str = TOPIC, partition: int | None = None, incarnation: UUID | None = None
) -> NewMessage:
    """Make a message with its hole, in the partition of its key unless said."""
    value = encode(
        incarnation=incarnation or new_id(),
        event_id=new_id(),
        source="/cchc/tests/things",
        type="cchc.things.thing_kept.v1",
        subject=key,
        time=_MOMENT,
        data={"kept": True},
        key=key,
    )
    lane = partition_of(key) if partition is None else partition
    return NewMessage(topic=topic, partition=lane, key=key, value=value)


def a_request(stream: str, expected_version: int = NO_STREAM, **changes: object) -> AppendRequest:
    """Make a request with one fact and a command id; `changes` are its other fields."""
    fields: dict[str, object] = {
        "facts": (a_fact(),),
        "command_id": new_id() if changes.get("facts", True) else None,
        "command_hash": b"hash",
    }
    return AppendRequest(stream=stream, expected_version=expected_version, **(fields | changes))  # type: ignore[arg-type]
