"""`cchc verify` on folders whose files are gone or no databases: nothing that was not checked is called green."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cchc.data_folder import DataFolder
from cchc.main import main

FILES = ("survey", "gateway", "tasks", "indicators", "folder", "seals")


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
