"""The projector's promises on a real PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.testing.changes_suite import ChangesSuite
from services.chassis.testing.dead_letter_suite import DeadLetterSuite
from services.chassis.testing.projection_suite import ProjectionSuite
from services.chassis.testing.restore_suite import RestoreSuite


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    yield engine
    engine.dispose()


class TestProjectorOnPostgres(ProjectionSuite):
    """The suite."""


class TestDeadLettersOnPostgres(DeadLetterSuite):
    """The suite."""


class TestRestoresOnPostgres(RestoreSuite):
    """The suite."""


class TestChangesOnPostgres(ChangesSuite):
    """The suite."""
