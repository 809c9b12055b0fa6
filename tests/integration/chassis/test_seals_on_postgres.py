"""Seals of a PostgreSQL store, in a table of their own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.seals_suite import SealsSuite


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    yield engine
    engine.dispose()


@pytest.fixture
def seals_engine(engine: Engine) -> Engine:
    return engine


class TestSealsOnPostgres(SealsSuite):
    """The rules."""
