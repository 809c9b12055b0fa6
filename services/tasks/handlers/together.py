"""Decides about several streams at once: all of it is recorded in one transaction, or none of it."""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from services.chassis.domain import ConcurrencyConflict, Event, Refusal
from services.chassis.event_store.port import AppendRequest
from services.chassis.streams import ATTEMPTS, Kind, Streams, Versioned

State = TypeVar("State")
Told = ParamSpec("Told")

Beside = Callable[[Connection], None]
"""Writes other rows in the same transaction."""


class Change(NamedTuple):
    """What is decided about one stream; each stream stands once in a list of changes."""

    kind: Kind[Any]
    name: str
    decide: Callable[[Any], Sequence[Event]]

    @classmethod
    def by(
        cls,
        kind: Kind[State],
        name: str,
        rule: Callable[Concatenate[State, Told], Sequence[Event]],
        *told: Told.args,
        **more: Told.kwargs,
    ) -> "Change":
        """Let a rule of the domain decide, by what it is told besides the state."""
        return cls(kind, name, lambda state: rule(state, *told, **more))


class Together:
    """Records what was decided about several streams."""

    def __init__(self, streams: Streams, engine: Engine) -> None:
        """Read through `streams`, write through `engine`, which is the store's own."""
        self._streams = streams
        self._engine = engine

    def decide(
        self, changes: Sequence[Change], *, expected_version: int | None = None, beside: Beside | None = None
    ) -> Versioned[Any]:
        """Load, decide, append; a lost race is decided again, unless the version of the first stream was named.

        Returns:
            The first stream as it stands then.

        Raises:
            ConcurrencyConflict: The first stream is not at `expected_version`, or others were faster every time.
        """
        for attempt in range(1, ATTEMPTS + 1):
            requests = self._requests(changes, expected_version)
            try:
                if requests:
                    self._append(requests, beside)
                break
            except ConcurrencyConflict:
                if expected_version is not None or attempt == ATTEMPTS:
                    raise
        return self._streams.load(changes[0].kind, changes[0].name)

    def _requests(self, changes: Sequence[Change], expected_version: int | None) -> list[AppendRequest]:
        requests = []
        for nth, change in enumerate(changes):
            at = self._streams.load(change.kind, change.name)
            if nth == 0 and expected_version is not None and at.version != expected_version:
                raise ConcurrencyConflict("It has changed since it was read.", actual_version=at.version)
            if events := change.decide(at.state):
                requests.append(self._streams.request(change.kind, change.name, at, events)[0])
        return requests

    def _append(self, requests: Sequence[AppendRequest], beside: Beside | None) -> None:
        with self._engine.begin() as connection:
            for verdict in self._streams.store.append_in(connection, requests):
                if isinstance(verdict, Refusal):
                    raise verdict
            if beside is not None:
                beside(connection)
