"""The target board on SQLite files, as on one machine."""

import pytest

from tests.integration.indicators.board_cases import BoardCases
from tests.integration.indicators.register_cases import RegisterCases
from tests.support.indicators import settings_of
from tests.support.indicators_rig import IndicatorsRig


@pytest.fixture
def rig(tmp_path):
    rig = IndicatorsRig(settings_of(tmp_path), tmp_path)
    yield rig
    rig.close()


class TestBoardOnSqlite(BoardCases):
    """The cases."""


class TestRegistersOnSqlite(RegisterCases):
    """The cases."""
