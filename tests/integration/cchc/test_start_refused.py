"""`cchc up` on a folder whose pack has lost its release rules: it says so and ends, and releases nothing by guessed rules."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cchc.data_folder import DEFAULT_PACK, DataFolder


def cchc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cchc.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "var")
    pack = shutil.copytree(DEFAULT_PACK, tmp_path / "pack")
    assert cchc("init", "--data", str(made.root), "--pack", str(pack)).returncode == 0
    return made


def release_of(folder: DataFolder) -> Path:
    return folder.pack / "release.json"


def test_a_start_without_release_rules_ends_and_names_the_file(folder: DataFolder) -> None:
    release_of(folder).unlink()
    done = cchc("up", "--data", str(folder.root), "--port", "0")
    assert done.returncode == 1, done.stderr
    assert f"cannot start: {release_of(folder)} cannot be read" in done.stderr
    assert not folder.is_running()


def test_a_start_with_rules_that_single_people_out_ends_and_says_which(folder: DataFolder) -> None:
    rules = json.loads(release_of(folder).read_text("utf-8"))
    release_of(folder).write_text(json.dumps({**rules, "k": 2}))
    done = cchc("up", "--data", str(folder.root), "--port", "0")
    assert done.returncode == 1, done.stderr
    assert "release.json#/k: must be at least 3, not 2 (release_rules_unsafe)" in done.stderr
