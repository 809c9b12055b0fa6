"""Who sends slowly holds a connection and nothing else: over real sockets, through the front of one machine."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from flask import Response, request
from starlette.types import ASGIApp

from cchc import patience
from cchc import serving as serving_module
from cchc.demonstration.tablet import BATCH, Tablet
from cchc.embedded_web import WEB_THREADS, threaded
from cchc.front import Front
from cchc.serving import serving
from cchc.whole_bodies import Room, WholeBodies
from services.chassis.clock import SystemClock
from services.chassis.http.app import create_base_app
from services.chassis.http.bodies import BODY_LIMIT
from services.chassis.http.guards import Open, guarded_blueprint
from services.chassis.identity import TokenVerifier
from services.chassis.settings import Environment
from services.survey.domain.commands import OpenCounter
from services.survey.handlers.service import Survey
from tests.support.product_apps import a_survey_app
from tests.support.servers.ports import eventually

CROWD = 40


@dataclass
class Door:
    """A served front: its address, and who has come through."""

    port: int
    server: uvicorn.Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def begin_body(self, path: str, *, promised: int = 5_000) -> socket.socket:
        """Send a head and the first byte of what it promises."""
        connection = self.connect()
        head = f"POST {path} HTTP/1.1\r\nHost: door\r\nContent-Type: application/x-ndjson\r\n"
        connection.sendall(f"{head}Content-Length: {promised}\r\n\r\nx".encode())
        return connection

    def wait_for(self, requests: int) -> None:
        """Wait until so many requests are being answered or waited for."""
        eventually(lambda: len(self.server.server_state.tasks) >= requests)


@contextmanager
def a_door(app: ASGIApp) -> Iterator[Door]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(serving(app, Environment({})))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started)
        yield Door(listening.getsockname()[1], server)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)
        listening.close()


@pytest.fixture
def survey(tmp_path: Path) -> Iterator[tuple[ASGIApp, Survey]]:
    app, service = a_survey_app(tmp_path, TokenVerifier(lambda: {"keys": []}))
    yield WholeBodies(threaded(app), Room()), service
    service.close()


def a_tablet(service: Survey, url: str) -> Tablet:
    counter = OpenCounter(
        counter_id="quay-1",
        unit_id="xa-a",
        one_stop_id="mot-cua-a",
        name="Quầy 1",
        name_en="Counter 1",
        fields=("dat-dai",),
        on=date(2026, 1, 1),
    )
    service.handle(counter)
    code = service.devices.issue_code("quay-1", at=service.clock.now()).code
    return Tablet.pair(url, code, http=httpx.Client(base_url=url, timeout=5))


def test_forty_unfinished_bodies_keep_nobody_waiting(survey: tuple[ASGIApp, Survey]) -> None:
    app, service = survey
    assert CROWD > WEB_THREADS
    front = Front({"": app}, internal={}, internal_port=0)
    with a_door(front) as door, ExitStack() as crowd:
        tablet = a_tablet(service, door.url)
        for _ in range(CROWD):
            crowd.enter_context(door.begin_body(BATCH))
        door.wait_for(CROWD)
        tablet.tap(4)
        assert [result["verdict"] for result in tablet.flush()] == ["created"]
        assert httpx.get(f"{door.url}/api/survey/v1/openapi.json", timeout=5).status_code == 200
        assert tablet.fetch_configuration().status_code == 200
        tablet.http.close()


def test_a_body_in_pieces_is_taken_as_it_was_meant(survey: tuple[ASGIApp, Survey]) -> None:
    app, service = survey
    with a_door(app) as door:
        tablet = a_tablet(service, door.url)
        tablet.tap(4)
        body = tablet.lines[1] + b"\n"
        headers = {"Content-Type": "application/x-ndjson", **tablet.sign("POST", BATCH, body)}
        pieces = (body[at : at + 20] for at in range(0, len(body), 20))
        answer = tablet.http.post(BATCH, content=pieces, headers=headers)
        assert answer.json()["results"][0]["verdict"] == "created"
        tablet.http.close()


def answer_on(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read an answer until the server ends the connection: its head and its body."""
    found = b""
    while part := connection.recv(65_536):
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    return head, body


def bridged(room: int = BODY_LIMIT, **limits: Any) -> ASGIApp:
    """Bridge an app that counts the bytes it is sent."""
    app = create_base_app(__name__, title="Demo", verifier=None, clock=SystemClock())
    blueprint = guarded_blueprint("demo", __name__, url_prefix=None, guard=Open(), description="Demo.")
    blueprint.add_url_rule("/count", view_func=_count, methods=["POST"])
    app.register_blueprint(blueprint)
    return WholeBodies(threaded(app), Room(room), **limits)


def _count() -> Response:
    return Response(str(len(request.get_data())))


def test_a_body_that_never_ends_is_408_in_time() -> None:
    with a_door(bridged(seconds=0.2)) as door, door.begin_body("/count") as connection:
        head, body = answer_on(connection)
        assert head.startswith(b"HTTP/1.1 408")
        assert b"application/problem+json" in head
        assert json.loads(body)["code"] == "body_too_slow"


def test_who_leaves_in_the_middle_of_a_body_leaves_nothing_behind() -> None:
    with a_door(bridged()) as door:
        door.begin_body("/count").close()
        eventually(lambda: not door.server.server_state.tasks)
        assert httpx.post(f"{door.url}/count", content=b"x" * 7, timeout=5).text == "7"


def test_beyond_the_room_for_bodies_a_sender_is_asked_to_come_back_and_room_is_given_back() -> None:
    with a_door(bridged(room=10)) as door:
        full = httpx.post(f"{door.url}/count", content=b"x" * 11, timeout=5)
        assert (full.status_code, full.json()["code"], full.headers["Retry-After"]) == (503, "unavailable", "5")
        for _ in range(3):
            assert httpx.post(f"{door.url}/count", content=b"x" * 10, timeout=5).text == "10"


@pytest.mark.parametrize("size", [0, 1, BODY_LIMIT])
def test_a_body_within_the_limit_comes_through_whole(size: int) -> None:
    with a_door(bridged()) as door:
        assert httpx.post(f"{door.url}/count", content=b"x" * size, timeout=5).text == str(size)


def test_connections_beyond_the_most_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_module, "MOST_CONNECTIONS", 3)
    with a_door(bridged()) as door, ExitStack() as crowd:
        for _ in range(2):
            crowd.enter_context(door.begin_body("/count"))
        door.wait_for(2)
        assert httpx.post(f"{door.url}/count", content=b"x", timeout=5).status_code == 503


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: do"])
def test_a_connection_without_a_whole_head_is_ended(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    with a_door(bridged()) as door, door.connect() as connection:
        connection.sendall(begun)
        assert connection.recv(100) == b""


def test_bytes_that_never_become_another_request_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    with a_door(bridged()) as door, door.connect() as connection:
        connection.sendall(b"POST /count HTTP/1.1\r\nHost: door\r\nContent-Length: 1\r\n\r\nx")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        eventually(lambda: not door.server.server_state.tasks)
        connection.sendall(b"GET / HT")
        eventually(lambda: not door.server.server_state.connections)


def test_an_answer_that_takes_longer_than_a_head_may_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    with a_door(bridged(seconds=0.6)) as door, door.begin_body("/count") as connection:
        assert answer_on(connection)[0].startswith(b"HTTP/1.1 408")
