"""What threads and locks decide in a projector's life, on a real PostgreSQL."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chassis.database import begin_unhurried, open_database
from services.chassis.leases import create_leases
from services.chassis.projector import create_projection_tables, list_builds
from services.chassis.projector.builds import begin_build, lock_builds
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import a_projector
from services.chassis.testing.tallies import Tallies
from tests.contract.chassis.test_projector_builds import (
    test_a_rebuild_asked_for_before_there_is_anything_to_rebuild_waits_for_the_first_build,
    test_a_rebuild_beside_a_working_projector_neither_misses_nor_repeats_what_the_live_build_does,
    test_what_could_not_be_built_the_first_time_is_tried_again_by_itself,
)
from tests.contract.chassis.test_projector_life import (
    log,
    test_a_new_version_is_built_aside_and_then_switched_to,
    test_another_failure_stops_the_projection_and_a_rebuild_revives_it,
    test_while_one_process_owns_a_projection_another_waits,
    until,
)

__all__ = [
    "log",
    "test_a_new_version_is_built_aside_and_then_switched_to",
    "test_a_rebuild_asked_for_before_there_is_anything_to_rebuild_waits_for_the_first_build",
    "test_a_rebuild_beside_a_working_projector_neither_misses_nor_repeats_what_the_live_build_does",
    "test_another_failure_stops_the_projection_and_a_rebuild_revives_it",
    "test_what_could_not_be_built_the_first_time_is_tried_again_by_itself",
    "test_while_one_process_owns_a_projection_another_waits",
]


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    yield engine
    engine.dispose()


def test_a_commit_that_need_not_wait_for_the_disk_does_not_and_the_next_one_does(engine: Engine) -> None:
    with begin_unhurried(engine) as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "off"
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


def test_two_that_begin_at_the_same_moment_never_fill_the_same_tables(engine: Engine, log: InMemoryLog) -> None:
    projection = Tallies()
    projector = a_projector(engine, InMemoryBroker(log), projection)
    with engine.begin() as connection:
        create_projection_tables(connection)
        create_leases(connection)
    opening = threading.Thread(target=projector.run_once)
    with engine.begin() as connection:
        lock_builds(connection, projection.name)
        begin_build(connection, projection, "2021-01-01T00:00:00Z")
        opening.start()
        until(lambda: waits_for_a_lock(engine))
    opening.join(20)
    projector.close()
    with engine.connect() as connection:
        assert [(build.build, build.live) for build in list_builds(connection)] == [(1, False), (2, True)]


def waits_for_a_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
        return bool(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("kept", ["sqlite", "postgresql"])
def test_a_reader_sees_one_moment_through_all_its_queries(postgres_url: str, tmp_path: Path, kept: str) -> None:
    url = postgres_url if kept == "postgresql" else f"sqlite:///{tmp_path}/read.db"
    writer = open_database(url)
    with writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE figures (ballots integer)")
    reader = open_database(url, read_only=True)
    count = "SELECT count(*) FROM figures"
    with reader.connect() as reading:
        before = reading.exec_driver_sql(count).scalar_one()
        with writer.begin() as connection:
            connection.exec_driver_sql("INSERT INTO figures VALUES (5)")
        assert (before, reading.exec_driver_sql(count).scalar_one()) == (0, 0)
    with reader.connect() as reading:
        assert reading.exec_driver_sql(count).scalar_one() == 1
    reader.dispose()
    writer.dispose()
