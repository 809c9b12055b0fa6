"""From private facts to public messages, by a table: what is not listed there stays inside its service."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from services.chassis.clock import Clock
from services.chassis.domain import Event
from services.chassis.envelope import Trace, encode, partition_of
from services.chassis.event_store.port import NewMessage
from services.chassis.ids import NewId


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A fact where it stands: its stream, the version of the fact, and the state behind the facts recorded with it."""

    stream: str
    name: str
    version: int
    after: Any


Saying = Callable[[Any, Said], Mapping[str, object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A public message: its topic, its name, what it says, and its key where that is not the stream."""

    topic: str
    fact: str
    data: Saying
    key: Callable[[Any, Said], str] | None = None


def plain(*names: str, **of_stream: str) -> Saying:
    """Say these fields of the fact, and under each name of `of_stream` the name of its stream."""

    def data(event: Any, said: Said) -> Mapping[str, object]:
        return {**dict.fromkeys(of_stream, said.name), **{name: getattr(event, name) for name in names}}

    return data


class MessageWriter:
    """Writes public messages of one tenant and service, in one life of the store."""

    def __init__(
        self,
        messages: Mapping[type[Event], Message],
        *,
        tenant: str,
        service: str,
        incarnation: UUID,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        """Say which facts leave, and whose they are."""
        self._messages = messages
        self._service = service
        self._source = f"/cchc/{tenant}/{service}"
        self._incarnation = incarnation
        self._clock = clock
        self._new_id = new_id

    def __call__(
        self, stream: str, events: Sequence[Event], *, first_version: int, after: object
    ) -> tuple[NewMessage, ...]:
        """Give the messages of some facts of one stream."""
        messages = []
        name = stream.partition("-")[2]
        for version, event in enumerate(events, first_version):
            if (message := self._messages.get(type(event))) is not None:
                said = Said(stream=stream, name=name, version=version, after=after)
                key = message.key(event, said) if message.key else stream
                written = self.write(message.fact, stream, key, message.data(event, said), version=version)
                messages.append(NewMessage(topic=message.topic, partition=partition_of(key), key=key, value=written))
        return tuple(messages)

    def write(
        self, fact: str, subject: str, key: str, data: Mapping[str, object] | msgspec.Raw, *, version: int | None
    ) -> bytes:
        """Write the body of a message."""
        return encode(
            incarnation=self._incarnation,
            event_id=self._new_id(),
            source=self._source,
            type=f"cchc.{self._service}.{fact}.v1",
            subject=subject,
            time=self._clock.now(),
            data=data,
            key=key,
            stream_version=version,
            dataschema=f"cchc:{self._service}:{fact}.v1",
            trace=NO_TRACE,
        )


NO_TRACE = Trace()
"""Messages carry no trace: nothing must lead from a released figure back to a request."""
