"""The worker's schedule over real HTTP: it proves itself, tells the time, and goes on when nobody answers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.chassis.identity.clients import INTERNAL_CLIENT, ClientAssertions
from services.chassis.identity.keys import load_or_create_signing_key
from services.tasks.adapters.schedule import RUNS, TOKENS, Schedule
from tests.support.fixed_clock import FixedClock
from tests.support.servers.ports import eventually
from tests.support.tasks import NEW_YEAR


class _Door(ThreadingHTTPServer):
    """Keeps what was sent; answers as the gateway and the service do, or with a failure."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.failing = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: _Door

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), body))
        said: dict[str, Any] = {"access_token": "mot-ma"} if self.path == TOKENS else {"reminders": 0}
        answer = json.dumps(said).encode()
        self.send_response(503 if self.server.failing else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_about: object) -> None:
        """Say nothing."""


@pytest.fixture
def door() -> Iterator[_Door]:
    made = _Door()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def _schedule(door: _Door, place: Path) -> Schedule:
    return Schedule(door.url, door.url, place / "cchc-internal.jwk", clock=FixedClock(NEW_YEAR))


def test_it_proves_itself_and_tells_the_business_time(door: _Door, tmp_path: Path) -> None:
    assert _schedule(door, tmp_path).run_once()
    (asked, _, form), (ran, headers, body) = door.heard
    assert (asked, ran) == (TOKENS, RUNS)
    assert headers["Authorization"] == "Bearer mot-ma"
    assert json.loads(body) == {"at": "2021-01-15T08:00:00.000+07:00"}
    key = load_or_create_signing_key(tmp_path / "cchc-internal.jwk")
    assertion = dict(part.split("=", 1) for part in form.decode().split("&"))["client_assertion"]
    known = ClientAssertions(
        lambda client_id: key if client_id == INTERNAL_CLIENT else None, audience=TOKENS, clock=FixedClock(NEW_YEAR)
    )
    assert known.verify(assertion) == INTERNAL_CLIENT


def test_a_failure_is_no_run_and_the_next_one_is(door: _Door, tmp_path: Path) -> None:
    schedule = _schedule(door, tmp_path)
    door.failing = True
    assert not schedule.run_once()
    door.failing = False
    assert schedule.run_once()


def test_it_runs_at_once_and_stops_when_told(door: _Door, tmp_path: Path) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=_schedule(door, tmp_path).run, args=(stop,))
    thread.start()
    eventually(lambda: any(path == RUNS for path, _, _ in door.heard))
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
