"""`cchc verify` on folders whose files are gone or no databases: nothing that was not checked is called green."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.main import main
from cchc.servers import make_stream_log
from services.chassis.testing.in_memory import InMemoryBroker
from tests.support.stream_log import a_stream_log, described_services

FILES = ("survey", "gateway", "tasks", "indicators", "folder", "streams", "seals")


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "var")
    assert CliRunner().invoke(main, ["init", "--data", str(made.root)]).exit_code == 0
    return made


def verify(folder: DataFolder) -> Result:
    return CliRunner().invoke(main, ["verify", "--json", "--data", str(folder.root)])


def test_a_folder_that_never_ran_is_green(folder: DataFolder) -> None:
    done = verify(folder)
    assert done.exit_code == 0, done.output
    assert [store["store"] for store in json.loads(done.output)["stores"]] == [
        "survey",
        "gateway",
        "tasks",
        "indicators",
        "folder",
        "streams",
    ]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_is_red_and_named(folder: DataFolder, name: str) -> None:
    folder.database(name).unlink()
    done = verify(folder)
    assert done.exit_code == 1
    assert f"{name}.db is not there" in done.output
    assert json.loads(done.output)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_emptied_is_red_and_named(folder: DataFolder, name: str) -> None:
    for left in folder.root.glob(f"{name}.db*"):
        left.unlink()
    folder.database(name).touch()
    done = verify(folder)
    assert done.exit_code == 1
    assert f"{folder.root}/" in done.output
    assert "cannot be read" in done.output
    assert json.loads(done.output)


def backed_up(folder: DataFolder) -> Path:
    assert CliRunner().invoke(main, ["backup", "--data", str(folder.root)]).exit_code == 0
    return next(folder.backups.glob("*/manifest.json"))


def test_a_stream_log_that_was_lost_comes_back_with_a_restore_though_its_tables_were_made_anew(
    folder: DataFolder,
) -> None:
    services = described_services()
    log = a_stream_log(folder.database("streams"), InMemoryBroker(services.log, seed=3))
    services.release("xa-an")
    log.catch_up()
    log.close()
    copy = backed_up(folder).parent
    for left in folder.root.glob("streams.db*"):
        left.unlink()
    make_stream_log(environment_of(folder))
    done = CliRunner().invoke(main, ["restore", str(copy), "--data", str(folder.root)])
    assert done.exit_code == 0, done.output
    checked = {store["store"]: store["checked"] for store in json.loads(verify(folder).output)["stores"]}
    assert checked["streams"] > 0


def test_a_backup_that_holds_no_stream_log_is_green_when_it_is_put_back(folder: DataFolder, tmp_path: Path) -> None:
    manifest = backed_up(folder)
    said = json.loads(manifest.read_text())
    said["databases"] = [copied for copied in said["databases"] if copied["name"] != "streams"]
    manifest.write_text(json.dumps(said))
    (manifest.parent / "streams.db").unlink()
    drill = DataFolder(tmp_path / "drill")
    done = CliRunner().invoke(main, ["restore", str(manifest.parent), "--data", str(drill.root)])
    assert done.exit_code == 0, done.output
    assert verify(drill).exit_code == 0
