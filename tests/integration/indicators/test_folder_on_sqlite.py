"""The folder's promises on SQLite."""

import pytest

from tests.integration.indicators.folder_cases import FolderCases
from tests.integration.indicators.folder_rig import FolderRig


@pytest.fixture
def rig(tmp_path):
    rig = FolderRig(f"sqlite:///{tmp_path / 'folder.db'}", tmp_path)
    yield rig
    rig.kill()


class TestFolderOnSqlite(FolderCases):
    """The cases."""
