"""The event store's promises on a real PostgreSQL."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator

import pytest
from psycopg import Error
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.event_store.port import EventStore, Outcome, OutcomeUnknown
from services.chassis.event_store.postgres import PostgresEventStore
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.event_database_suite import EventDatabaseSuite
from services.chassis.testing.event_store_model import EventStoreProperties
from services.chassis.testing.event_store_suite import EventStoreSuite, assert_outbox_is_dense
from services.chassis.testing.requests import a_message, a_request, a_stream
from tests.support.event_stores import opener
from tests.support.servers.ports import eventually


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    yield engine
    engine.dispose()


@pytest.fixture
def open_store(engine: Engine) -> Iterator[Callable[[], EventStore]]:
    with opener(engine) as open_one:
        yield open_one


class TestPostgresEventStore(EventStoreSuite):
    """The port's rules."""


class TestPostgresEventDatabase(EventDatabaseSuite):
    """The rules beside the port."""


class TestPostgresEventProperties(EventStoreProperties):
    """The model."""


def test_a_transaction_with_an_old_snapshot_is_refused(engine: Engine, open_store: Callable[[], EventStore]) -> None:
    store = open_store()
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        with pytest.raises(Error, match="READ COMMITTED"):
            store.append_in(connection, [a_request(a_stream())])
        connection.rollback()


def test_the_connections_that_only_read_end_with_their_engine(engine: Engine, postgres_url: str) -> None:
    reading = open_database(postgres_url)
    PostgresEventStore(reading).last_position()
    assert others_connected(engine) == 1
    reading.dispose()
    eventually(lambda: others_connected(engine) == 0)


def others_connected(engine: Engine) -> int:
    """Count the connections to the database besides the one that counts."""
    with engine.begin() as connection:
        mine = "datname = current_database() AND pid <> pg_backend_pid()"
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM pg_stat_activity WHERE {mine}").scalar_one())


@pytest.mark.parametrize("messages", [1, 3000])
def test_a_connection_that_is_broken_leaves_the_outcome_unknown(engine: Engine, messages: int) -> None:
    store = PostgresEventStore(engine)
    store.append(a_request(a_stream()))
    with contextlib.closing(store), socket.socket(fileno=os.dup(store._writer.fileno())) as line:  # type: ignore[union-attr]
        line.shutdown(socket.SHUT_RDWR)
        with pytest.raises(OutcomeUnknown):
            store.append(a_request(a_stream(), messages=(a_message("k"),) * messages))
        assert store.append(a_request(a_stream())).outcome is Outcome.CREATED


def test_a_full_disk_refuses_and_loses_nothing(engine: Engine, open_store: Callable[[], EventStore]) -> None:
    store, kept = open_store(), a_request(a_stream(), messages=(a_message("k"),))
    store.append(kept)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.exec_driver_sql("CREATE TRIGGER fill BEFORE INSERT ON outbox EXECUTE FUNCTION fill()")
    with pytest.raises(Unavailable):
        store.append(a_request(a_stream(), messages=(a_message("k"),)))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER fill ON outbox")
    assert store.append(kept).outcome is Outcome.ALREADY_HAVE
    assert store.append(a_request(a_stream(), messages=(a_message("k"),))).position == 2
    assert_outbox_is_dense(store)


def test_looking_up_a_command_uses_its_index(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT FROM events e WHERE e.command_id = ANY (%s::uuid[])", ([new_id(), None],)
        ).scalars()
        assert "events_command_id" in "\n".join(plan)
