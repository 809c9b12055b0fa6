"""The projector's promises on a SQLite file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.testing.dead_letter_suite import DeadLetterSuite
from services.chassis.testing.projection_suite import ProjectionSuite
from services.chassis.testing.restore_suite import RestoreSuite


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/read.db")
    yield engine
    engine.dispose()


class TestProjectorOnSqlite(ProjectionSuite):
    """The suite."""


class TestDeadLettersOnSqlite(DeadLetterSuite):
    """The suite."""


class TestRestoresOnSqlite(RestoreSuite):
    """The suite."""
