"""`cchc export` and `cchc import`: a tenant moves from files into PostgreSQL and back, byte for byte."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, insert, select

from cchc.data_folder import DataFolder
from cchc.embedded_worker import sealers
from cchc.environment import environment_of
from cchc.restore import urls_of
from cchc.servers import database_urls, database_variables, stream_log_url
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import OutboxRow, RecordedFact
from services.gateway.streams.log_tables import define_log
from tests.integration.cchc.commands import init, run, write_settings

STORES = tuple(database_variables())


@pytest.fixture
def made(folder: DataFolder, pack: Path) -> DataFolder:
    """A folder of files with a tenant in it, sealed."""
    assert init(folder, pack).exit_code == 0
    for sealer in sealers(folder):
        sealer.run_once()
    return folder


def ledgers(folder: DataFolder, name: str) -> tuple[list[RecordedFact], list[OutboxRow]]:
    urls = database_urls(environment_of(folder)) if folder.tenant().is_distributed else urls_of(folder)
    engine = open_database(urls[name], read_only=True)
    store = open_event_store(engine)
    try:
        return list(store.read(0, 100_000)), list(store.read_outbox(0, 100_000))
    finally:
        store.close()
        engine.dispose()


def lives(folder: DataFolder, name: str) -> set[str]:
    return {str(row.incarnation) for row in ledgers(folder, name)[1]}


def test_a_tenant_moves_into_databases_and_back_into_files(made: DataFolder, empty: DataFolder, tmp_path: Path) -> None:
    exported = run("export", "--data", made.root, "--to", tmp_path / "out")
    assert exported.exit_code == 0, exported.output
    imported = run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed")
    assert imported.exit_code == 0, imported.output

    for name in STORES:
        facts, messages = ledgers(made, name)
        moved_facts, moved_messages = ledgers(empty, name)
        assert moved_facts == facts
        assert moved_messages[: len(messages)] == messages
        assert messages == [] or len(lives(empty, name) - lives(made, name)) == 1, "a move begins a new life"
    assert max(len(ledgers(empty, name)[0]) for name in STORES) > 50
    assert {key.name for key in empty.keys.iterdir()} >= {key.name for key in made.keys.iterdir()}
    verified = run("verify", "--data", empty.root, "--json")
    assert verified.exit_code == 0, verified.output

    assert run("export", "--data", empty.root, "--to", tmp_path / "back").exit_code == 0
    again = DataFolder(tmp_path / "again")
    returned = run("import", tmp_path / "back", "--data", again.root)
    assert returned.exit_code == 0, returned.output
    for name in STORES:
        facts, messages = ledgers(empty, name)
        assert ledgers(again, name)[0] == facts
        assert ledgers(again, name)[1][: len(messages)] == messages
    assert run("verify", "--data", again.root).exit_code == 0


def test_the_places_that_subscribers_hold_in_the_stream_log_move_with_the_tenant(
    made: DataFolder, empty: DataFolder, tmp_path: Path
) -> None:
    lasting = MetaData()
    define_log(lasting)
    days, row = lasting.tables["stream_days"], {"channel": "figures", "day": date(2021, 6, 18), "first": 1, "last": 7}
    engine = open_database(f"sqlite:///{made.database('streams')}")
    lasting.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(days), row)
    engine.dispose()

    run("export", "--data", made.root, "--to", tmp_path / "out")
    run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed")
    assert rows(stream_log_url(environment_of(empty)), days) == [row]
    run("export", "--data", empty.root, "--to", tmp_path / "back")
    again = DataFolder(tmp_path / "again")
    run("import", tmp_path / "back", "--data", again.root)
    assert rows(f"sqlite:///{again.database('streams')}", days) == [row]


def rows(url: str, table: Table) -> list[dict[str, Any]]:
    engine = open_database(url, read_only=True)
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]
    finally:
        engine.dispose()


def test_databases_that_hold_facts_are_not_written_over(made: DataFolder, empty: DataFolder, tmp_path: Path) -> None:
    run("export", "--data", made.root, "--to", tmp_path / "out")
    assert run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed").exit_code == 0
    (empty.root / "tenant.json").unlink()
    refused = run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed")
    assert refused.exit_code == 1
    assert "holds facts already" in refused.output
    assert not empty.exists()


def test_a_database_that_is_not_named_is_refused_by_name(made: DataFolder, empty: DataFolder, tmp_path: Path) -> None:
    run("export", "--data", made.root, "--to", tmp_path / "out")
    empty.settings_file.write_text("CCHC_KAFKA=127.0.0.1:1\n")
    refused = run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed")
    assert refused.exit_code == 1
    assert "CCHC_SURVEY_DATABASE" in refused.output
    assert not empty.exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CCHC_TASKS_DATABASE", "postgresql://nobody:wrong@127.0.0.1:1/tasks"),
        ("CCHC_KAFKA", "127.0.0.1:1"),
    ],
)
def test_a_server_that_cannot_be_reached_is_refused_by_its_setting_and_nothing_is_left(
    made: DataFolder, empty: DataFolder, servers: dict[str, str], tmp_path: Path, variable: str, value: str
) -> None:
    run("export", "--data", made.root, "--to", tmp_path / "out")
    write_settings(empty, {**servers, variable: value})
    before = set(empty.root.iterdir())
    refused = run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed")
    assert refused.exit_code == 1
    assert f"Error: {variable}: " in refused.output
    assert "wrong" not in refused.output
    assert set(empty.root.iterdir()) - {empty.root / "lock"} == before
    unmade = run("init", "--data", empty.root, "--profile", "distributed")
    assert (unmade.exit_code, f"Error: {variable}: " in unmade.output) == (1, True)
    assert set(empty.root.iterdir()) - {empty.root / "lock"} == before


def test_a_setting_that_cannot_be_read_is_one_line(
    made: DataFolder, empty: DataFolder, servers: dict[str, str], tmp_path: Path
) -> None:
    run("export", "--data", made.root, "--to", tmp_path / "out")
    write_settings(empty, {**servers, "CCHC_KAFKA_COPIES": "many"})
    refused = run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed")
    assert (refused.exit_code, refused.output) == (1, "Error: CCHC_KAFKA_COPIES is not a whole number\n")


def test_a_refused_import_leaves_no_folder_where_there_was_none(made: DataFolder, tmp_path: Path) -> None:
    run("export", "--data", made.root, "--to", tmp_path / "out")
    new = tmp_path / "new"
    refused = run("import", tmp_path / "out", "--data", new, "--profile", "distributed")
    assert refused.exit_code == 1
    assert not new.exists()


def test_a_failed_import_leaves_what_was_there_before(
    made: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("export", "--data", made.root, "--to", tmp_path / "out")
    other = DataFolder(tmp_path / "other")
    other.root.mkdir()
    other.database("survey").write_bytes(b"somebody's own")
    monkeypatch.setattr("cchc.import_tenant.erase_again", lambda *_about: 1 / 0)
    assert run("import", tmp_path / "out", "--data", other.root).exit_code == 1
    assert not other.exists()
    assert not other.keys.exists()
    (kept,) = other.root.glob("replaced/*/survey.db")
    assert kept.read_bytes() == b"somebody's own"


def test_a_folder_that_holds_a_tenant_takes_in_no_other(made: DataFolder, tmp_path: Path) -> None:
    run("export", "--data", made.root, "--to", tmp_path / "out")
    before = json.loads((made.root / "tenant.json").read_text())
    assert run("import", tmp_path / "out", "--data", made.root).exit_code == 1
    assert json.loads((made.root / "tenant.json").read_text()) == before


def test_an_export_is_never_written_over(made: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert run("export", "--data", made.root, "--to", tmp_path / "out").exit_code == 1
