"""The fake event store keeps the real one's promises."""

from collections.abc import Callable

import pytest

from services.chassis.event_store.port import EventStore
from services.chassis.testing.event_store_model import EventStoreProperties
from services.chassis.testing.event_store_suite import EventStoreSuite
from services.chassis.testing.in_memory import InMemoryDatabase, InMemoryEventStore


@pytest.fixture
def open_store() -> Callable[[], EventStore]:
    kept = InMemoryDatabase()
    return lambda: InMemoryEventStore(kept)


class TestInMemoryEventStore(EventStoreSuite):
    """The port's rules."""


class TestInMemoryEventProperties(EventStoreProperties):
    """The model."""
