"""A data folder that does not exist yet, and a copy of the tenant pack that may be broken."""

import shutil
from pathlib import Path

import pytest

from cchc.data_folder import DEFAULT_PACK, DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "var")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return shutil.copytree(DEFAULT_PACK, tmp_path / "pack")
