"""A store that was lost: nothing is made in its place, nothing copies what stands there, and it can be put back."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cchc.data_folder import DataFolder
from cchc.environment import all_variables_of, environment_of
from cchc.noted_stores import note_stores, why_strange
from cchc.postgres_tools import driver_url
from cchc.processes import command_of
from cchc.supervisor import LOG_IS_AWAY, REFUSED
from services.survey import bootstrap as survey
from services.survey.config import Settings
from tests.integration.cchc.commands import init, run, write_settings


@pytest.fixture
def made(folder: DataFolder, pack: Path) -> DataFolder:
    assert init(folder, pack).exit_code == 0
    return folder


def lose(folder: DataFolder, store: str) -> None:
    for left in folder.root.glob(f"{store}.db*"):
        left.unlink()


def make_anew(folder: DataFolder) -> None:
    """Lose survey's store and make another one, as a start of an earlier release would have done."""
    lose(folder, "survey")
    survey.migrate(Settings.from_env(environment_of(folder)))


def found_by_doctor(folder: DataFolder) -> dict[str, dict[str, Any]]:
    told = run("doctor", "--data", folder.root, "--json")
    return {found["name"]: found for found in json.loads(told.output)}


@pytest.mark.parametrize(
    "command", [("migrate",), ("reconcile",), ("backup", "--to", "copies"), ("export", "--to", "moved")]
)
def test_no_command_makes_or_copies_anything_in_the_place_of_a_lost_store(
    made: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    lose(made, "tasks")
    refused = run(*command, "--data", made.root)
    assert refused.exit_code == 1
    assert "Error: tasks: its database is empty or gone" in refused.output
    assert "cchc restore … --only tasks" in refused.output
    assert not made.database("tasks").exists()
    assert not (tmp_path / "copies").exists()


def test_a_pack_is_not_loaded_into_an_empty_store_in_a_lost_ones_place(made: DataFolder, pack: Path) -> None:
    make_anew(made)
    refused = init(made, pack)
    assert refused.exit_code == 1
    assert "survey: its database is another one" in refused.output


def test_an_empty_store_in_a_lost_ones_place_is_red_and_ill(made: DataFolder) -> None:
    make_anew(made)
    verified = run("verify", "--data", made.root, "--json")
    assert verified.exit_code == 1
    stores = {store["store"]: store["found"] for store in json.loads(verified.output)["stores"]}
    assert [store for store, found in stores.items() if found] == ["survey"]
    assert "--only survey" in stores["survey"][0]["what"]
    found = found_by_doctor(made)
    assert (found["store survey"]["word"], "migrations survey" in found) == ("ill", False)


def test_a_lost_store_that_was_put_back_is_known_in_its_new_life(made: DataFolder) -> None:
    copy = json.loads(run("backup", "--data", made.root, "--json").output)["folder"]
    make_anew(made)
    restored = run("restore", copy, "--only", "survey", "--data", made.root)
    assert restored.exit_code == 0, restored.output
    assert run("reconcile", "--data", made.root).exit_code == 0
    assert run("verify", "--data", made.root).exit_code == 0
    assert "store survey" not in found_by_doctor(made)


def test_putting_one_store_back_makes_no_other_lost_one_known(made: DataFolder) -> None:
    copy = json.loads(run("backup", "--data", made.root, "--json").output)["folder"]
    make_anew(made)
    assert run("restore", copy, "--only", "tasks", "--data", made.root).exit_code == 0
    assert why_strange(made, "survey")
    assert not why_strange(made, "tasks")


def test_a_store_that_somebody_else_restored_is_known_once_it_was_accepted(made: DataFolder) -> None:
    make_anew(made)
    assert "--accept survey" in run("migrate", "--data", made.root).output
    assert run("migrate", "--accept", "survey", "--data", made.root).exit_code == 0
    assert not why_strange(made, "survey")
    lose(made, "tasks")
    refused = run("migrate", "--accept", "tasks", "--data", made.root)
    assert (refused.exit_code, "empty or gone" in refused.output) == (1, True)


def test_all_stores_that_were_lost_are_named_at_once(made: DataFolder) -> None:
    lose(made, "tasks")
    make_anew(made)
    refused = run("migrate", "--data", made.root).output
    assert "tasks: its database is empty or gone" in refused
    assert "survey: its database is another one" in refused


@pytest.mark.parametrize("written", ["", "[1]", "{"])
def test_a_note_that_cannot_be_read_is_one_line_and_stops_no_other_check(made: DataFolder, written: str) -> None:
    made.noted_stores.write_text(written)
    refused = run("migrate", "--data", made.root)
    assert (refused.exit_code, "stores.json cannot be read" in refused.output) == (1, True)
    assert found_by_doctor(made).keys() >= {"stores", "database survey", "read models"}


def test_a_store_that_is_damaged_is_one_line(made: DataFolder) -> None:
    lose(made, "tasks")
    made.database("tasks").write_bytes(b"no database" * 100)
    refused = run("backup", "--data", made.root)
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: sqlite:///")
    assert "tasks.db cannot be read: file is not a database" in refused.output


def test_a_folder_of_an_earlier_release_learns_its_stores(made: DataFolder) -> None:
    made.noted_stores.unlink()
    assert run("migrate", "--data", made.root).exit_code == 0
    lose(made, "gateway")
    assert why_strange(made, "gateway")


def test_a_copy_of_a_folder_knows_the_same_stores(made: DataFolder, tmp_path: Path) -> None:
    copy = DataFolder(shutil.copytree(made.root, tmp_path / "copy"))
    copy.noted_stores.unlink()
    note_stores(copy)
    assert json.loads(copy.noted_stores.read_text()) == json.loads(made.noted_stores.read_text())


def test_a_database_that_was_made_anew_is_noticed_and_a_log_that_is_away_stops_no_migration(
    empty: DataFolder, servers: dict[str, str], pack: Path
) -> None:
    assert run("init", "--data", empty.root, "--pack", pack, "--profile", "distributed").exit_code == 0
    write_settings(empty, {**servers, "CCHC_KAFKA": "127.0.0.1:1"})
    away = run("migrate", "--data", empty.root)
    assert (away.exit_code, "CCHC_KAFKA: 127.0.0.1:1 does not answer" in away.output) == (LOG_IS_AWAY, True)
    unsent = found_by_doctor(empty)["relay survey"]
    assert (unsent["word"], "messages wait and no relay leads" in unsent["reason"]) == ("look", True)

    with psycopg.connect(driver_url(servers["CCHC_SURVEY_DATABASE"]), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    refused = run("migrate", "--data", empty.root)
    assert refused.exit_code == 1
    assert "survey: its database is empty or gone" in refused.output
    worker = command_of("survey-worker", {})
    ended = subprocess.run(worker, env=all_variables_of(empty), capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, "survey: its database is empty or gone" in ended.stderr) == (REFUSED, True)
    verified = run("verify", "--data", empty.root)
    assert (verified.exit_code, "survey: red" in verified.output) == (1, True)
    assert "--only survey" in found_by_doctor(empty)["store survey"]["to_do"]
