"""Noticing changes and writing many rows, on a SQLite file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.testing.changes_suite import ChangesSuite


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/read.db")
    yield engine
    engine.dispose()


class TestChangesOnSqlite(ChangesSuite):
    """The suite."""
