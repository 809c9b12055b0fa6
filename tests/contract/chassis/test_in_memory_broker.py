"""The fake event log keeps the real one's promises."""

from collections.abc import Sequence

import pytest

from services.chassis.broker.port import Broker
from services.chassis.event_store.port import OutboxRow
from services.chassis.ids import new_id
from services.chassis.testing.broker_suite import BrokerSuite
from services.chassis.testing.in_memory import InMemoryBroker


class FakeLog:
    def __init__(self) -> None:
        self._broker = InMemoryBroker()

    @property
    def broker(self) -> Broker:
        return self._broker

    def topic(self, kind: str) -> str:
        return f"things.{new_id()}.{kind}.v1"

    def write(self, rows: Sequence[OutboxRow]) -> None:
        self._broker.publisher().publish(rows)


@pytest.fixture
def log() -> FakeLog:
    return FakeLog()


class TestInMemoryBroker(BrokerSuite):
    """The port's rules."""
