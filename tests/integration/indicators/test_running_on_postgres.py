"""Running figures on a real PostgreSQL."""

import pytest

from services.chassis.database import open_database
from tests.integration.indicators.running_cases import RunningCases
from tests.support.running_figures import RunningRig


@pytest.fixture
def rig(postgres_url):
    engine = open_database(postgres_url)
    rig = RunningRig(engine)
    yield rig
    rig.close()
    engine.dispose()


class TestRunningOnPostgres(RunningCases):
    """The cases."""
