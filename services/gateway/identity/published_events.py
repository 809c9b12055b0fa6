"""Which facts of the door leave: all of them, as they are."""

from dataclasses import dataclass, fields

from sqlalchemy import Connection

from services.chassis import envelope
from services.chassis.clock import Clock
from services.chassis.domain import Event, Refusal
from services.chassis.event_registry import EventRegistry
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewMessage
from services.chassis.ids import NewId
from services.gateway.identity.events import EVENTS

ACCESS_TOPIC = "directory.access.events.v1"

_REGISTRY = EventRegistry(EVENTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessJournal:
    """Records what happened at the door, each in a stream of its own, inside the caller's transaction."""

    store: EventStore
    clock: Clock
    new_id: NewId
    source: str

    def record(self, connection: Connection, event: Event) -> None:
        """Append the fact and its message.

        Raises:
            Refusal: The store did not take it; the caller's transaction must not commit.
        """
        stream = f"access-{self.new_id()}"
        fact = _REGISTRY.encode(event)
        request = AppendRequest(
            stream=stream, expected_version=NO_STREAM, facts=(fact,), messages=(self._message(stream, event),)
        )
        for verdict in self.store.append_in(connection, [request]):
            if isinstance(verdict, Refusal):
                raise verdict

    def _message(self, stream: str, event: Event) -> NewMessage:
        value = envelope.encode(
            incarnation=self.store.incarnation(),
            event_id=self.new_id(),
            source=self.source,
            type=f"cchc.{event.wire_name}",
            subject=stream,
            time=self.clock.now(),
            data={field.name: getattr(event, field.name) for field in fields(event)},
            key=stream,
            stream_version=0,
        )
        return NewMessage(topic=ACCESS_TOPIC, partition=envelope.partition_of(stream), key=stream, value=value)
