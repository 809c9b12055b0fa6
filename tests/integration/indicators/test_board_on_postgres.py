"""The target board on real PostgreSQL databases: the service's own, and the folder's."""

import pytest

from tests.integration.indicators.board_cases import BoardCases
from tests.integration.indicators.register_cases import RegisterCases
from tests.support.indicators import settings_of
from tests.support.indicators_rig import IndicatorsRig


@pytest.fixture
def rig(tmp_path, postgres_databases):
    own, folder = postgres_databases.lend(), postgres_databases.lend()
    rig = IndicatorsRig(settings_of(tmp_path, database=own, folder_database=folder), tmp_path)
    yield rig
    rig.close()
    postgres_databases.take_back(own)
    postgres_databases.take_back(folder)


class TestBoardOnPostgres(BoardCases):
    """The cases."""


class TestRegistersOnPostgres(RegisterCases):
    """The cases."""
