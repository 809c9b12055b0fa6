"""Where the command line finds what runs, and where it says that people find it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cchc.data_folder import DataFolder, Tenant
from cchc.internal_client import InternalClient, NotRunning

RUNNING = '{"pid": 1, "host": "127.0.0.1", "port": 8080, "worker_ports": [1]}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    for name in ("CCHC_PUBLIC_URL", "CCHC_DOOR_URL"):
        monkeypatch.delenv(name, raising=False)
    made = DataFolder(tmp_path)
    made.create(
        Tenant(tenant="t", pack="p", incarnation_seed="s", shift_seconds=0, demonstration=False, profile="distributed")
    )
    return made


@pytest.fixture
def running(folder: DataFolder) -> Iterator[DataFolder]:
    folder.running.write_text(RUNNING)
    with folder.locked():
        yield folder


def test_people_find_the_portal_where_the_folders_settings_say(running: DataFolder) -> None:
    running.settings_file.write_text("CCHC_PUBLIC_URL=https://mot-cua.example.gov.vn/\n")
    assert InternalClient(running).public_url == "https://mot-cua.example.gov.vn"


def test_without_a_word_people_find_it_on_this_machine(running: DataFolder) -> None:
    assert InternalClient(running).public_url == "http://localhost:8080"


def test_what_runs_elsewhere_is_found_behind_the_door_that_the_folders_settings_name(folder: DataFolder) -> None:
    folder.settings_file.write_text("CCHC_DOOR_URL=http://door.internal:8080\n")
    assert InternalClient(folder).public_url == "http://door.internal:8080"


def test_what_runs_here_is_asked_here(running: DataFolder) -> None:
    running.settings_file.write_text("CCHC_DOOR_URL=http://door.internal:8080\n")
    assert InternalClient(running).running["worker_ports"] == [1]


def test_nothing_runs_where_nobody_says_where(folder: DataFolder) -> None:
    with pytest.raises(NotRunning):
        InternalClient(folder)
    with pytest.raises(NotRunning):
        InternalClient(DataFolder(folder.root / "nothing"))
