"""The event store's promises on a SQLite file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.event_store.port import EventStore, Outcome
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.event_database_suite import EventDatabaseSuite
from services.chassis.testing.event_store_model import EventStoreProperties
from services.chassis.testing.event_store_suite import EventStoreSuite, assert_outbox_is_dense
from services.chassis.testing.requests import a_fact, a_message, a_request, a_stream
from tests.support.event_stores import opener


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/store.db")
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    yield engine
    engine.dispose()


@pytest.fixture
def open_store(engine: Engine) -> Iterator[Callable[[], EventStore]]:
    with opener(engine) as open_one:
        yield open_one


class TestSqliteEventStore(EventStoreSuite):
    """The port's rules."""


class TestSqliteEventDatabase(EventDatabaseSuite):
    """The rules beside the port."""


class TestSqliteEventProperties(EventStoreProperties):
    """The model."""


def test_a_full_disk_refuses_and_loses_nothing(engine: Engine, open_store: Callable[[], EventStore]) -> None:
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 64"))
    engine.dispose()
    store, kept = open_store(), []
    requests = (a_request(a_stream(), facts=(a_fact(b"x" * 9000),), messages=(a_message("k"),)) for _ in range(100))
    with pytest.raises(Unavailable):
        kept.extend(request for request in requests if store.append(request))
    assert kept
    assert [fact.stream for fact in store.read(0, 1000)] == [request.stream for request in kept]
    assert_outbox_is_dense(store)
    assert store.append(kept[-1]).outcome is Outcome.ALREADY_HAVE


def test_every_commit_is_flushed_to_the_disk(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
