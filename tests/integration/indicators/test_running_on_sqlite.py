"""Running figures on SQLite."""

import pytest

from services.chassis.database import open_database
from tests.integration.indicators.running_cases import RunningCases
from tests.support.running_figures import RunningRig


@pytest.fixture
def rig(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'folder.db'}")
    rig = RunningRig(engine)
    yield rig
    rig.close()
    engine.dispose()


class TestRunningOnSqlite(RunningCases):
    """The cases."""
