"""Loads streams, remembers the ones in use, and records what was decided about them."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from services.chassis.clock import monotonic
from services.chassis.domain import ConcurrencyConflict, Event, Refusal
from services.chassis.event_registry import EventRegistry
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewMessage, Verdict

State = TypeVar("State")

TRUSTED_SECONDS = 2.0
"""For so long a remembered state is used on the ballot path without asking whether another process changed it."""

STREAMS_REMEMBERED = 20_000

ATTEMPTS = 3
"""How often a command is decided again when another writer got there first."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[State]):
    """A kind of stream: how its name starts, and how its facts fold."""

    prefix: str
    initial: State
    evolve: Callable[[State, Event], State]

    def stream(self, name: str) -> str:
        """Give the stream of one of them."""
        return f"{self.prefix}-{name}"


@dataclass(frozen=True, slots=True)
class Versioned(Generic[State]):
    """A state and the version of the stream at which it holds."""

    state: State
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """How facts are to be recorded, besides what they say; see `AppendRequest`."""

    claims: tuple[str, ...] = ()
    command_id: UUID | None = None
    command_hash: bytes = b""
    follows: bool = False


PLAIN = Recording()


class Appender(Protocol):
    """Records commands: the event store itself, or the group commit in front of it."""

    def append(self, request: AppendRequest) -> Verdict:
        """Record one command."""

    def append_many(self, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Record many."""


class Publish(Protocol):
    """Turns private facts into public messages; `after` is the state behind the facts."""

    def __call__(
        self, stream: str, events: Sequence[Event], *, first_version: int, after: object
    ) -> tuple[NewMessage, ...]:
        """Give the messages of some facts of one stream."""


@dataclass(slots=True)
class _Remembered:
    versioned: Versioned[Any]
    checked_at: float


class Streams:
    """The streams of a service. Threads share one; another process's facts are seen when a stream is loaded."""

    def __init__(self, store: EventStore, appender: Appender, registry: EventRegistry, publish: Publish) -> None:
        """Read from `store`, write through `appender`."""
        self.store = store
        self.appender = appender
        self.registry = registry
        self.publish = publish
        self._lock = Lock()
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()

    def load(self, kind: Kind[State], name: str) -> Versioned[State]:
        """Give the present state."""
        stream = kind.stream(name)
        known = self._known(stream)
        state: State = known.versioned.state if known else kind.initial
        version = known.versioned.version if known else NO_STREAM
        for fact in self.store.load(stream, version):
            state, version = kind.evolve(state, self.registry.decode(fact.type, fact.data)), fact.version
        return self._remember(stream, Versioned(state, version))

    def recent(self, kind: Kind[State], name: str) -> State:
        """Give a state that was the present one within the last `TRUSTED_SECONDS`."""
        known = self._known(kind.stream(name))
        if known is not None and monotonic() - known.checked_at < TRUSTED_SECONDS:
            state: State = known.versioned.state
            return state
        return self.load(kind, name).state

    def request(
        self,
        kind: Kind[State],
        name: str,
        at: Versioned[State],
        events: Sequence[Event],
        recording: Recording = PLAIN,
    ) -> tuple[AppendRequest, Versioned[State]]:
        """Write down what recording some facts takes, their public messages included, and what is then."""
        stream = kind.stream(name)
        after = at.state
        for event in events:
            after = kind.evolve(after, event)
        request = AppendRequest(
            stream=stream,
            expected_version=at.version,
            facts=tuple(self.registry.encode(event) for event in events),
            messages=self.publish(stream, events, first_version=at.version + 1, after=after),
            claims=recording.claims,
            command_id=recording.command_id,
            command_hash=recording.command_hash,
            follows=recording.follows,
        )
        return request, Versioned(after, at.version + len(events))

    def decide(
        self,
        kind: Kind[State],
        name: str,
        decide: Callable[[State], Sequence[Event]],
        *,
        expected_version: int | None = None,
        claims: tuple[str, ...] = (),
    ) -> Versioned[State]:
        """Load, decide, append. A lost race is decided again, unless the caller named the version it saw.

        Raises:
            ConcurrencyConflict: The stream is not at `expected_version`, or others were faster every time.
        """
        for attempt in range(1, ATTEMPTS + 1):
            at = self.load(kind, name)
            if expected_version is not None and at.version != expected_version:
                raise ConcurrencyConflict("It has changed since it was read.", actual_version=at.version)
            events = decide(at.state)
            if not events:
                return at
            try:
                self.appender.append(self.request(kind, name, at, events, Recording(claims=claims))[0])
            except ConcurrencyConflict:
                if expected_version is not None or attempt == ATTEMPTS:
                    raise
                continue
            return self.load(kind, name)
        raise AssertionError("unreachable")

    def _known(self, stream: str) -> _Remembered | None:
        with self._lock:
            known = self._remembered.get(stream)
            if known is not None:
                self._remembered.move_to_end(stream)
            return known

    def _remember(self, stream: str, versioned: Versioned[State]) -> Versioned[State]:
        with self._lock:
            known = self._remembered.get(stream)
            if known is None or known.versioned.version <= versioned.version:
                self._remembered[stream] = _Remembered(versioned, monotonic())
                self._remembered.move_to_end(stream)
            if len(self._remembered) > STREAMS_REMEMBERED:
                self._remembered.popitem(last=False)
        return versioned
