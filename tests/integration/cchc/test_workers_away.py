"""A worker that does not answer is named, and the others are told of all the same."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from cchc.checks.finding import Word
from cchc.checks.processes import look_at_processes
from cchc.checks.readers import look_at_readers
from cchc.data_folder import DataFolder, Tenant
from cchc.internal_client import InternalClient
from cchc.main import main
from services.chassis.identity.keys import load_or_create_signing_key
from tests.support.servers.ports import free_port

FLEET = {
    "projection": "fleet",
    "version": 1,
    "state": "running",
    "ready": True,
    "lag_messages": 0,
    "parked": 0,
}


class Worker(BaseHTTPRequestHandler):
    """Keeps one read model, which is never rebuilt."""

    def do_GET(self) -> None:
        known = self.path == "/control/projections"
        body = json.dumps([FLEET] if known else {"code": "unknown_projection"}).encode()
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that is asked for

    def log_message(self, *_about: object) -> None:
        """Say nothing."""


@pytest.fixture
def worker() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Worker) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path, worker: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    monkeypatch.setattr(InternalClient, "access_token", lambda _self: "token")
    made = DataFolder(tmp_path)
    made.create(Tenant(tenant="t", pack="p", incarnation_seed="s", shift_seconds=0, demonstration=False))
    ports = {"indicators-worker": free_port(), "gateway-worker": worker}
    about = {"pid": 1, "host": "127.0.0.1", "port": worker, "worker_ports": [*ports.values()], "ports": ports}
    made.running.write_text(json.dumps(about))
    with made.locked():
        yield made


def projections(folder: DataFolder, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["projections", *arguments, "--data", str(folder.root)])


def test_the_rest_is_listed_and_who_is_away_is_named(folder: DataFolder) -> None:
    listed = projections(folder, "list")
    assert listed.exit_code == 1
    assert "ready     fleet" in listed.stdout
    assert "indicators-worker: http://127.0.0.1" in listed.stderr
    assert json.loads(projections(folder, "list", "--json").stdout) == [FLEET]


def test_a_read_model_that_nobody_knows_who_answers_may_be_kept_by_who_is_away(folder: DataFolder) -> None:
    refused = projections(folder, "rebuild", "folder")
    assert refused.exit_code == 1
    assert "indicators-worker" in refused.stderr


def test_nothing_is_rebuilt_when_one_of_the_names_is_wrong(folder: DataFolder) -> None:
    refused = projections(folder, "rebuild", "fleet", "flete")
    assert refused.exit_code == 1
    assert "nobody keeps flete" in refused.stderr
    assert not refused.stdout


def test_a_read_model_that_is_not_ready_ends_the_list_with_1_and_says_why(
    folder: DataFolder, worker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FLEET, "ready", False)
    monkeypatch.setitem(FLEET, "error", "Unavailable: Kafka: away\nwith more")
    told = json.loads(folder.running.read_text())
    folder.running.write_text(json.dumps({**told, "worker_ports": [worker]}))
    listed = projections(folder, "list")
    assert (listed.exit_code, listed.stderr) == (1, "")
    assert listed.stdout.splitlines()[1].strip() == "Unavailable: Kafka: away"


def test_a_door_that_does_not_answer_yet_is_one_line(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    load_or_create_signing_key(folder.keys / "cchc-internal.jwk")
    told = json.loads(folder.running.read_text())
    folder.running.write_text(json.dumps({**told, "port": free_port()}))
    listed = projections(folder, "list")
    assert listed.exit_code == 1
    assert "is `cchc up` still starting?" in listed.stderr


def test_all_of_them_are_not_rebuilt_while_one_is_away(folder: DataFolder) -> None:
    refused = projections(folder, "rebuild", "--all")
    assert refused.exit_code == 1
    assert "indicators-worker" in refused.stderr


@pytest.mark.parametrize("said", [(), ("fleet", "--all")])
def test_what_is_to_be_rebuilt_is_said_by_name_or_all_of_it(folder: DataFolder, said: tuple[str, ...]) -> None:
    refused = projections(folder, "rebuild", *said)
    assert refused.exit_code == 2
    assert "--all" in refused.stderr


def test_the_doctor_names_a_process_that_does_not_answer(folder: DataFolder) -> None:
    (found,) = look_at_processes(folder)
    assert (found.word, "indicators-worker" in found.reason, "gateway" in found.reason) == (Word.ILL, True, False)


def test_read_models_of_a_worker_that_is_away_are_ill(folder: DataFolder) -> None:
    (found,) = look_at_readers(folder)
    assert (found.word, "indicators-worker" in found.reason) == (Word.ILL, True)


def test_the_doctor_is_content_when_every_process_answers(folder: DataFolder, worker: int) -> None:
    told = json.loads(folder.running.read_text())
    folder.running.write_text(json.dumps({**told, "ports": {"gateway-worker": worker}, "worker_ports": [worker]}))
    (found,) = look_at_processes(folder)
    assert found.word is Word.WELL
