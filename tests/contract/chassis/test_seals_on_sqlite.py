"""Seals of a SQLite store, in a file of their own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.seals import Sealer, Seals, create_seals, verify
from services.chassis.testing.requests import a_request, a_stream
from services.chassis.testing.seals_suite import SealsSuite


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/things.db")
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    yield engine
    engine.dispose()


@pytest.fixture
def seals_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/seals.db")
    yield engine
    engine.dispose()


class TestSealsOnSqlite(SealsSuite):
    """The rules."""


def test_a_store_is_sealed_by_a_process_that_cannot_write_it(
    engine: Engine, seals_engine: Engine, tmp_path: Path
) -> None:
    with seals_engine.begin() as connection:
        create_seals(connection)
    reader = open_database(f"sqlite:///{tmp_path}/things.db", read_only=True)
    with closing(open_event_store(engine)) as writing, closing(open_event_store(reader)) as reading:
        writing.append(a_request(a_stream()))
        seals = Seals(seals_engine, store_name="things")
        assert Sealer(reading, seals).run_once() == 1
        assert verify(reading, seals).found == ()
    reader.dispose()
