"""The folder's promises on a real PostgreSQL."""

import pytest

from tests.integration.indicators.folder_cases import FolderCases
from tests.integration.indicators.folder_rig import FolderRig


@pytest.fixture
def rig(postgres_url, tmp_path):
    rig = FolderRig(postgres_url, tmp_path)
    yield rig
    rig.kill()


class TestFolderOnPostgres(FolderCases):
    """The cases."""
