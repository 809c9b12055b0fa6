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
        """Register the classes; `upcasters` maps an old wire name to (the next one, how to get there).

        Raises:
            ValueError: A chain of upcasters leads to no class.
        """
        self._classes = {event.wire_name: event for event in events}
        self._decoders = {name: msgspec.json.Decoder(kind) for name, kind in self._classes.items()}
        self._upcasters = dict(upcasters or {})
        self._encoder = msgspec.json.Encoder()
        for wire_name in self._upcasters:
            self._refuse_broken_chain(wire_name)

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
            raise UnknownEvent(f"{wire_name} is unknown to this release, which reads {', '.join(self._kin(wire_name))}")
        return msgspec.convert(data, self._classes[wire_name])

    def _kin(self, wire_name: str) -> list[str]:
        """Give the versions of the same fact that can be read, or every name when there is none."""
        fact = wire_name.rpartition(".")[0]
        return sorted(name for name in self.wire_names if name.rpartition(".")[0] == fact) or sorted(self.wire_names)

    def _refuse_broken_chain(self, wire_name: str) -> None:
        passed = [wire_name]
        while (last := passed[-1]) in self._upcasters and last not in self._classes:
            passed.append(self._upcasters[last][0])
            if passed[-1] in passed[:-1]:
                break
        if wire_name in self._classes or passed[-1] not in self._classes:
            raise ValueError(f"the upcasters of {' leads to '.join(passed)} end at no class")
