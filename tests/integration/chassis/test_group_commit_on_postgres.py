"""The group commit in front of a PostgreSQL that is killed and comes back."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.event_store.group_commit import GroupCommit
from services.chassis.event_store.port import Outcome
from services.chassis.event_store.postgres import NOTIFY_CHANNEL, PostgresEventStore
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.event_store_suite import assert_outbox_is_dense
from services.chassis.testing.requests import a_message, a_request, a_stream
from tests.support.servers.ports import eventually
from tests.support.servers.postgres import Databases, GivenServer, PostgresServer, postgres_server


@pytest.fixture(scope="module")
def mortal_server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        if isinstance(server, GivenServer):
            pytest.fail("killing a server takes one of our own: unset CCHC_TEST_POSTGRES_URL")
        yield server


@pytest.fixture
def engine(mortal_server: PostgresServer) -> Iterator[Engine]:
    engine = open_database(Databases(mortal_server).create())
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    yield engine
    engine.dispose()


def test_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed(
    mortal_server: PostgresServer, engine: Engine
) -> None:
    store = PostgresEventStore(engine)
    commits, acknowledged, stopped = GroupCommit(store), [], threading.Event()

    def append_until_stopped() -> None:
        while not stopped.is_set():
            stream = a_stream()
            request = a_request(stream, messages=(a_message(stream),))
            try:
                commits.append(request)
            except Unavailable:
                continue
            acknowledged.append(stream)

    threads = [threading.Thread(target=append_until_stopped) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        reached = len(acknowledged)
        eventually(lambda: len(acknowledged) > reached + 200)  # noqa: B023 - asked at once
        mortal_server.kill()
        mortal_server.restart()
    stopped.set()
    for thread in threads:
        thread.join()
    streams = [fact.stream for fact in store.read(0, 1_000_000)]
    assert len(set(streams)) == len(streams)
    assert set(acknowledged) <= set(streams)
    assert [fact.position for fact in store.read(0, 1_000_000)] == list(range(1, len(streams) + 1))
    assert_outbox_is_dense(store)
    commits.close()
    store.close()


def test_a_caller_is_answered_over_a_restart(mortal_server: PostgresServer, engine: Engine) -> None:
    store = PostgresEventStore(engine)
    commits = GroupCommit(store)
    commits.append(a_request(a_stream()))
    mortal_server.kill()
    mortal_server.restart()
    assert commits.append(a_request(a_stream())).outcome is Outcome.CREATED
    commits.close()
    store.close()


def test_without_a_server_a_command_is_refused(mortal_server: PostgresServer, engine: Engine) -> None:
    store = PostgresEventStore(engine)
    store.append(a_request(a_stream()))
    mortal_server.kill()
    for _ in range(2):
        with pytest.raises(Unavailable):
            store.append(a_request(a_stream()))
    with pytest.raises(Unavailable):
        store.last_position()
    mortal_server.restart()
    assert store.append(a_request(a_stream())).position == 2
    store.close()


def test_whoever_listens_hears_of_a_commit(engine: Engine) -> None:
    store = PostgresEventStore(engine)
    commits = GroupCommit(store)
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute(f"LISTEN {NOTIFY_CHANNEL}".encode())
        commits.append(a_request(a_stream(), messages=(a_message("k"),)))
        heard = list(listener.notifies(timeout=10, stop_after=1))
    assert [notification.channel for notification in heard] == [NOTIFY_CHANNEL]
    commits.close()
    store.close()
