"""Which wire name is which class, and how old versions are read."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from services.chassis.domain import Event
from services.chassis.event_store.port import NewFact

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the data of version N into the data of version N + 1. Pure."""


class UnknownEvent(LookupError):  # noqa: N818 - names what was met
    """Raised when a stored fact has a wire name that this release does not know."""


class EventRegistry:
    """A service's events by wire name. Old names lead through upcasters to a class of today."""

    def __init__(
        self, events: Iterable[type[Event]], upcasters: Mapping[str, tuple[str, Upcaster]] | None = None
    ) -> None:
        """Register the classes; `upcasters` maps an old wire name to (the next one, how to get there)."""
        self._classes = {event.wire_name: event for event in events}
        self._decoders = {name: msgspec.json.Decoder(kind) for name, kind in self._classes.items()}
        self._upcasters = dict(upcasters or {})
        self._encoder = msgspec.json.Encoder()

    @property
    def wire_names(self) -> tuple[str, ...]:
        """Every name that can be read, old ones included."""
        return (*self._classes, *self._upcasters)

    def encode(self, event: Event, metadata: bytes = b"{}") -> NewFact:
        """Write an event as a fact to be recorded."""
        return NewFact(type=event.wire_name, data=self._encoder.encode(event), metadata=metadata)

    def decode(self, wire_name: str, data: bytes) -> Event:
        """Read a stored fact, through upcasters where its version is old.

        Raises:
            UnknownEvent: No class and no upcaster has that name.
        """
        if (decoder := self._decoders.get(wire_name)) is not None:
            event: Event = decoder.decode(data)
            return event
        return self._upcast(wire_name, msgspec.json.decode(data))

    def _upcast(self, wire_name: str, data: dict[str, Any]) -> Event:
        while wire_name in self._upcasters:
            wire_name, upcast = self._upcasters[wire_name]
            data = upcast(data)
        if wire_name not in self._classes:
            raise UnknownEvent(wire_name)
        return msgspec.convert(data, self._classes[wire_name])
