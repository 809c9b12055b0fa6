"""`cchc up` where it cannot do what is meant: it says so and ends; it guesses no rules, makes no tenant, takes no port."""

import json
import shutil
import socket
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


def test_a_start_without_one_of_its_stores_ends_and_says_how_to_put_it_back(folder: DataFolder) -> None:
    folder.database("survey").unlink()
    done = cchc("up", "--data", str(folder.root), "--port", "0")
    assert done.returncode == 1, done.stderr
    assert "cannot start: survey: its database is empty or gone" in done.stderr
    assert not folder.database("survey").exists()


def test_a_folder_that_holds_no_tenant_does_not_become_a_demonstration(tmp_path: Path) -> None:
    done = cchc("up", "--data", str(tmp_path / "unmounted"), "--port", "0")
    assert done.returncode == 1
    assert f"{tmp_path / 'unmounted'} holds no tenant" in done.stderr
    assert not (tmp_path / "unmounted").exists()


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = cchc("up", "--data", str(tmp_path / "var"), "--port", str(port), "--pack", str(DEFAULT_PACK))
    assert done.returncode == 1
    assert f"port {port} is taken: choose another with --port" in done.stderr
    assert not (tmp_path / "var").exists()
