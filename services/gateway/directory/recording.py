"""Recording facts together with what stands beside the store, such as accounts and keys: all of it, or none."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine

from services.chassis.domain import ConcurrencyConflict, Event, Refusal
from services.chassis.streams import ATTEMPTS, Kind, Streams, Versioned

State = TypeVar("State")
Result = TypeVar("Result")


def record(
    connection: Connection, streams: Streams, kind: Kind[State], name: str, decide: Callable[[State], Sequence[Event]]
) -> Versioned[State]:
    """Load, decide, and append inside a transaction; give the state behind what was decided.

    Raises:
        Refusal: The decision, or the store, refuses; the transaction must not commit.
    """
    at = streams.load(kind, name)
    events = decide(at.state)
    if not events:
        return at
    request, after = streams.request(kind, name, at, events)
    for verdict in streams.store.append_in(connection, [request]):
        if isinstance(verdict, Refusal):
            raise verdict
    return after


def in_one_transaction(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Do some work in one transaction; a race that was lost is run again.

    Raises:
        ConcurrencyConflict: Others were faster every time.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with engine.begin() as connection:
                return work(connection)
        except ConcurrencyConflict:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the loop returns or raises")
