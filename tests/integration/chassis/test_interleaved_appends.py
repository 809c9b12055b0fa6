"""A writer held between numbering and commit, while another wants to commit: a reader that tails must lose nothing.

The same scene is played with the lock left out, in two ways, to show that it is the lock that keeps the promise: with
numbers from a sequence, as stores without such a lock have them, the reader loses a fact for good; with the store's
own numbers the second writer, who broke no rule, fails.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.event_store.postgres import PostgresEventStore
from services.chassis.event_store.schema import append_function, create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.requests import a_message, a_request, a_stream
from tests.support.servers.ports import eventually

LOCK = "    PERFORM pg_advisory_xact_lock("
LAST_POSITION = "last_position := coalesce(last_position, 0);"


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    yield engine
    engine.dispose()


def install(engine: Engine, function: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(function, execution_options={"no_parameters": True})


def without_lock(function: str) -> str:
    lines = function.splitlines()
    kept = [line for line in lines if not line.startswith(LOCK)]
    assert len(kept) == len(lines) - 1
    return "\n".join(kept)


def numbered_by_sequence(function: str) -> str:
    assert LAST_POSITION in function
    return function.replace(LAST_POSITION, "last_position := nextval('event_numbers') - 1;")


@dataclass
class Tail:
    """A reader that remembers the highest position it has seen."""

    store: PostgresEventStore
    streams: list[str] = field(default_factory=list)
    last: int = 0

    def read(self) -> None:
        for fact in self.store.read(self.last, 100):
            self.streams.append(fact.stream)
            self.last = fact.position


@dataclass
class Scene:
    """What the reader saw in the end, and what became of the second writer."""

    seen: list[str]
    failure: Exception | None


def play(engine: Engine, held: str, other: str) -> Scene:
    store, tail = PostgresEventStore(engine), Tail(PostgresEventStore(engine))
    failures: list[Exception] = []

    def write_other() -> None:
        try:
            # Its own lanes, so that it is not the head of a lane on which it waits.
            store.append(a_request(other, messages=(a_message("k", topic="other.v1"),)))
        except psycopg.Error as error:
            failures.append(error)

    second = threading.Thread(target=write_other)
    with engine.connect() as connection:
        store.append_in(connection, [a_request(held, messages=(a_message("k", topic="held.v1"),))])
        second.start()
        eventually(lambda: not second.is_alive() or somebody_waits(engine))
        tail.read()
        connection.commit()
    second.join()
    tail.read()
    store.close()
    tail.store.close()
    return Scene(seen=tail.streams, failure=failures[0] if failures else None)


def somebody_waits(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar_one())


def test_a_reader_that_tails_loses_nothing(engine: Engine) -> None:
    held, other = a_stream(), a_stream()
    scene = play(engine, held, other)
    assert scene == Scene(seen=[held, other], failure=None)


def test_without_the_lock_and_with_a_sequence_the_reader_loses_a_fact(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE event_numbers")
        # The outbox's own key would make the second writer wait for the first by chance.
        connection.exec_driver_sql("ALTER TABLE outbox DROP CONSTRAINT outbox_pkey")
    install(engine, numbered_by_sequence(without_lock(append_function("public"))))
    held, other = a_stream(), a_stream()
    scene = play(engine, held, other)
    assert scene == Scene(seen=[other], failure=None)


def test_without_the_lock_the_second_writer_fails_though_it_broke_no_rule(engine: Engine) -> None:
    install(engine, without_lock(append_function("public")))
    scene = play(engine, a_stream(), a_stream())
    assert isinstance(scene.failure, psycopg.errors.UniqueViolation)
