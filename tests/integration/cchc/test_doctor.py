"""`cchc doctor`: a word, a reason and what to do for each thing it looks at."""

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cchc.data_folder import DataFolder
from services.chassis.database import open_database
from tests.integration.cchc.commands import init, run, write_settings
from tests.support.servers.postgres import Databases
from tests.support.stream_log import a_stream_log


def seen(folder: DataFolder) -> tuple[int, dict[str, Any]]:
    told = run("doctor", "--data", folder.root, "--json")
    return told.exit_code, {found["name"]: found for found in json.loads(told.output)}


@pytest.fixture
def made(folder: DataFolder, pack: Path) -> DataFolder:
    assert init(folder, pack).exit_code == 0
    return folder


def test_a_new_folder_lacks_a_backup_and_nothing_else(made: DataFolder) -> None:
    code, found = seen(made)
    assert not [name for name, it in found.items() if it["word"] == "ill"]
    assert found["backup"]["word"] == "look"
    assert "cchc backup" in found["backup"]["to_do"]
    assert code == 0
    assert run("backup", "--data", made.root).exit_code == 0
    assert seen(made)[1]["backup"]["word"] == "well"


def test_a_machine_is_looked_at_before_there_is_a_tenant(folder: DataFolder) -> None:
    code, found = seen(folder)
    assert (code, found["folder"]["word"], found["sqlite"]["word"]) == (0, "look", "well")
    assert not folder.root.exists()


def test_no_backup_for_a_day_is_ill_whatever_others_have(made: DataFolder) -> None:
    yesterday = made.tenant_file.stat().st_mtime - 25 * 3600
    os.utime(made.tenant_file, (yesterday, yesterday))
    assert run("backup", "--data", made.root).exit_code == 0
    manifest = next(made.backups.glob("*/manifest.json"))
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"tenant": "another"}))
    code, found = seen(made)
    assert found["backup"]["word"] == "ill"
    assert "1 are another tenant's" in found["backup"]["reason"]
    assert code == 1


@pytest.mark.parametrize(("hours", "word"), [(23, "well"), (30, "look"), (49, "ill")])
def test_a_backup_that_grows_old_is_worth_a_look_and_then_ill(made: DataFolder, hours: int, word: str) -> None:
    assert run("backup", "--data", made.root).exit_code == 0
    manifest = next(made.backups.glob("*/manifest.json"))
    said = json.loads(manifest.read_text())
    said["made_at"] = (datetime.fromisoformat(said["made_at"]) - timedelta(hours=hours)).isoformat()
    manifest.write_text(json.dumps(said))
    of_a_later_release = made.backups / "another"
    of_a_later_release.mkdir()
    (of_a_later_release / "manifest.json").write_text(json.dumps(said | {"tenant": "another", "more": 1}))
    assert seen(made)[1]["backup"]["word"] == word


def test_a_calendar_of_another_year_is_told(made: DataFolder) -> None:
    assert "2021" in seen(made)[1]["calendar"]["reason"]
    made.write_tenant(replace(made.tenant(), shift_seconds=0))
    found = seen(made)[1]["calendar"]
    assert found["word"] == "look"
    assert "no holiday of" in found["reason"]


def test_a_key_that_others_may_read_is_ill(made: DataFolder) -> None:
    next(made.keys.iterdir()).chmod(0o644)
    assert seen(made)[1]["folder"]["word"] == "ill"


def test_a_database_of_another_schema_is_ill(made: DataFolder) -> None:
    engine = open_database(f"sqlite:///{made.database('survey')}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE survey_schema_version SET version_num = '0000'")
    engine.dispose()
    found = seen(made)[1]["migrations survey"]
    assert found["word"] == "ill"
    assert "cchc migrate" in found["to_do"]


@pytest.mark.parametrize("name", ["tasks", "streams"])
def test_a_store_that_is_gone_is_ill(made: DataFolder, name: str) -> None:
    made.database(name).unlink()
    code, found = seen(made)
    assert found[f"database {name}"]["word"] == "ill"
    assert "cchc restore" in found[f"database {name}"]["to_do"]
    assert code == 1


def test_it_explains_itself_to_people(made: DataFolder) -> None:
    told = run("doctor", "--data", made.root).output
    assert "well  sqlite: SQLite 3." in told
    assert "-> run `cchc backup`" in told


def test_databases_and_log_of_the_distributed_profile_are_looked_at(
    folder: DataFolder, pack: Path, servers: dict[str, str]
) -> None:
    write_settings(folder, servers)
    made = run("init", "--data", folder.root, "--pack", pack, "--profile", "distributed")
    assert made.exit_code == 0, made.output
    _, found = seen(folder)
    assert not [name for name, it in found.items() if it["word"] == "ill"]
    assert {"kafka", "database survey", "database folder", "migrations gateway"} <= set(found)

    write_settings(
        folder, {**servers, "CCHC_KAFKA": "127.0.0.1:1", "CCHC_SURVEY_DATABASE": "postgresql://x@127.0.0.1:1/x"}
    )
    _, found = seen(folder)
    assert {name for name, it in found.items() if it["word"] == "ill"} >= {
        "kafka",
        "database survey",
        "migrations survey",
    }
    assert found["database gateway"]["word"] == "well"


def test_the_stream_log_in_a_database_of_its_own_is_looked_at(
    folder: DataFolder, pack: Path, servers: dict[str, str], postgres_databases: Databases
) -> None:
    url = postgres_databases.lend()
    write_settings(folder, {**servers, "CCHC_STREAMS_DATABASE": url})
    assert run("init", "--data", folder.root, "--pack", pack, "--profile", "distributed").exit_code == 0
    log = a_stream_log(url)
    log.close()
    assert "1 follow" in seen(folder)[1]["read models"]["reason"]
    postgres_databases.take_back(url)
