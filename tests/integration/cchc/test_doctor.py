"""`cchc doctor`: a word, a reason and what to do for each thing it looks at."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cchc.data_folder import DataFolder
from cchc.main import main
from cchc.servers import database_variables
from services.chassis.database import open_database
from tests.integration.cchc.commands import init
from tests.support.servers.kafka import KafkaServer
from tests.support.servers.postgres import Databases


def seen(folder: DataFolder) -> tuple[int, dict[str, Any]]:
    told = CliRunner().invoke(main, ["doctor", "--data", str(folder.root), "--json"])
    return told.exit_code, {found["name"]: found for found in json.loads(told.output)}


@pytest.fixture
def made(folder: DataFolder, pack: Path) -> DataFolder:
    assert init(folder, pack).exit_code == 0
    return folder


def test_a_new_folder_lacks_a_backup_and_nothing_else(made: DataFolder) -> None:
    code, found = seen(made)
    assert [name for name, it in found.items() if it["word"] == "ill"] == ["backup"]
    assert "cchc backup" in found["backup"]["to_do"]
    assert code == 1
    assert CliRunner().invoke(main, ["backup", "--data", str(made.root)]).exit_code == 0
    assert seen(made)[0] == 0


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


def test_it_explains_itself_to_people(made: DataFolder) -> None:
    told = CliRunner().invoke(main, ["doctor", "--data", str(made.root)]).output
    assert "well  sqlite: SQLite 3." in told
    assert "-> run `cchc backup`" in told


@pytest.fixture
def servers(tmp_path: Path, postgres_databases: Databases, kafka: KafkaServer) -> Iterator[dict[str, str]]:
    urls = {variable: postgres_databases.lend() for variable in database_variables().values()}
    yield {**urls, "CCHC_KAFKA": kafka.bootstrap}
    for url in urls.values():
        postgres_databases.take_back(url)


def write(folder: DataFolder, settings: dict[str, str]) -> None:
    folder.root.mkdir(exist_ok=True)
    folder.settings_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    folder.settings_file.chmod(0o600)


def test_databases_and_log_of_the_distributed_profile_are_looked_at(
    folder: DataFolder, pack: Path, servers: dict[str, str]
) -> None:
    write(folder, servers)
    command = ["init", "--data", str(folder.root), "--pack", str(pack), "--profile", "distributed"]
    made = CliRunner().invoke(main, command)
    assert made.exit_code == 0, made.output
    _, found = seen(folder)
    assert [name for name, it in found.items() if it["word"] == "ill"] == ["backup"]
    assert {"kafka", "database survey", "database folder", "migrations gateway"} <= set(found)

    write(folder, {**servers, "CCHC_KAFKA": "127.0.0.1:1", "CCHC_SURVEY_DATABASE": "postgresql://x@127.0.0.1:1/x"})
    _, found = seen(folder)
    assert {name for name, it in found.items() if it["word"] == "ill"} >= {
        "kafka",
        "database survey",
        "migrations survey",
    }
    assert found["database gateway"]["word"] == "well"
