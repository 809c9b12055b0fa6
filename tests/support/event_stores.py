"""Opening event stores in tests, and giving their connections back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore


@contextmanager
def opener(engine: Engine) -> Iterator[Callable[[], EventStore]]:
    """Give a function that opens one more store on the same database."""
    opened: list[EventStore] = []

    def open_one() -> EventStore:
        opened.append(open_event_store(engine))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()
