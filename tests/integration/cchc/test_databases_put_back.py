"""A backup of databases that is put back: each store stands where it stood, in a new life, and readers follow."""

import json
import subprocess
import sys
from pathlib import Path

from cchc.copies import extent_of
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.servers import database_urls
from services.chassis.database import open_database
from tests.integration.cchc.commands import run, write_settings


def well(*arguments: object) -> str:
    """Run a command that has to succeed."""
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def reconcile(folder: DataFolder) -> str:
    """Reconcile in a process of its own, with which its readers end."""
    command = [sys.executable, "-m", "cchc.main", "reconcile", "--data", str(folder.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stands_at(folder: DataFolder) -> tuple[int, str]:
    return extent_of(database_urls(environment_of(folder))["survey"])


def test_databases_go_back_to_their_backup_and_every_reader_with_them(
    empty: DataFolder, pack: Path, tmp_path: Path
) -> None:
    data = ("--data", empty.root)
    well("init", *data, "--pack", pack, "--profile", "distributed")
    well("verify", *data)
    reconcile(empty)
    made = json.loads(well("backup", *data, "--to", tmp_path, "--json"))
    assert {copied["name"] for copied in made["databases"]} >= {"survey", "tasks", "indicators", "folder", "gateway"}
    kept, life = stands_at(empty)
    well("devices", "code", "--counter", "quay-1-tt-ha-lam", *data)
    assert stands_at(empty)[0] > kept
    reconcile(empty)

    told = well("restore", made["folder"], *data)
    assert "survey" in told
    assert "folder" not in told.split(" as of ")[0], "the blocks it has published stand"
    position, new_life = stands_at(empty)
    assert (position, new_life != life) == (kept, True)
    assert "everything is in the log" in reconcile(empty)
    well("verify", *data)


def test_a_damaged_copy_is_refused_and_no_database_is_emptied(empty: DataFolder, pack: Path, tmp_path: Path) -> None:
    data = ("--data", empty.root)
    well("init", *data, "--pack", pack, "--profile", "distributed")
    made = json.loads(well("backup", *data, "--to", tmp_path, "--json"))
    copy = Path(made["folder"]) / "survey.dump"
    copy.write_bytes(copy.read_bytes()[:-1])
    before = stands_at(empty)
    refused = run("restore", made["folder"], *data)
    assert refused.exit_code == 1
    assert "survey.dump" in refused.output
    assert stands_at(empty) == before


def test_databases_that_somebody_works_on_are_not_replaced(empty: DataFolder, pack: Path, tmp_path: Path) -> None:
    data = ("--data", empty.root)
    well("init", *data, "--pack", pack, "--profile", "distributed")
    made = json.loads(well("backup", *data, "--to", tmp_path, "--json"))
    at_work = open_database(database_urls(environment_of(empty))["gateway"])
    with at_work.connect() as connection:
        before = connection.exec_driver_sql("SELECT incarnation FROM outbox LIMIT 1").scalar_one()
        refused = run("restore", made["folder"], *data)
        assert refused.exit_code == 1
        assert "CCHC_GATEWAY_DATABASE: the database has 1 other connections; stop what runs on it" in refused.output
        assert connection.exec_driver_sql("SELECT incarnation FROM outbox LIMIT 1").scalar_one() == before
    at_work.dispose()


def test_what_is_not_set_is_named_at_once_and_is_not_the_packs_fault(tmp_path: Path, pack: Path) -> None:
    refused = run("init", "--data", tmp_path / "new", "--pack", pack, "--profile", "distributed")
    assert (refused.exit_code, "cannot be loaded" in refused.output) == (1, False)
    assert "CCHC_KAFKA, CCHC_SURVEY_DATABASE, CCHC_GATEWAY_DATABASE" in refused.output


def test_a_restore_that_is_told_of_no_servers_writes_nothing(empty: DataFolder, pack: Path, tmp_path: Path) -> None:
    well("init", "--data", empty.root, "--pack", pack, "--profile", "distributed")
    made = json.loads(well("backup", "--data", empty.root, "--to", tmp_path / "copies", "--json"))
    refused = run("restore", made["folder"], "--data", tmp_path / "drill")
    assert refused.exit_code == 1
    assert "Error: the distributed profile needs CCHC_KAFKA, CCHC_SURVEY_DATABASE," in refused.output
    assert {file.name for file in (tmp_path / "drill").iterdir()} <= {"lock"}


def test_a_restore_needs_no_log(empty: DataFolder, servers: dict[str, str], pack: Path, tmp_path: Path) -> None:
    data = ("--data", empty.root)
    well("init", *data, "--pack", pack, "--profile", "distributed")
    made = json.loads(well("backup", *data, "--to", tmp_path, "--json"))
    write_settings(empty, {**servers, "CCHC_KAFKA": "127.0.0.1:1"})
    assert "survey" in well("restore", made["folder"], *data)
