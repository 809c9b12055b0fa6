"""The doors of the streams over a real server, and the tokens that open them."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from services.chassis.http.rates import TokenBuckets
from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.callers import Appointment
from services.gateway.streams.answers import refused
from services.gateway.streams.bell import LogBell
from services.gateway.streams.channel_routes import channel_routes
from services.gateway.streams.doors import Doors
from services.gateway.streams.reading import StreamReader
from services.gateway.streams.snapshots import Snapshots
from tests.support.fixed_clock import FixedClock
from tests.support.servers.ports import eventually

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SHIFT = datetime(2021, 6, 20, 1, tzinfo=UTC) - NOW


@dataclass(slots=True)
class StreamDoors:
    """A server with the doors, and how to knock."""

    url: str
    doors: Doors
    signer: TokenSigner
    clock: FixedClock

    def token(self, *appointments: str, subject: str = "province", scopes: tuple[str, ...] = ("streams:read",)) -> str:
        """Write an access token; appointments are written `role@unit`."""
        held = [Appointment(*it.split("@")) for it in appointments or ("provincial_reader@*",)]
        return self.signer.sign(subject, scopes=scopes, appointments=held)

    def headers(self, *appointments: str, **told: Any) -> dict[str, str]:
        """Give the header of an access token."""
        return {"Authorization": f"Bearer {self.token(*appointments, **told)}"}

    def get(self, path: str, *appointments: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        """Knock once."""
        sent = self.headers(*appointments) | (headers or {})
        return httpx.get(f"{self.url}{path}", params=query, headers=sent, timeout=30)


@contextmanager
def stream_doors(engine: Engine, **told: Any) -> Iterator[StreamDoors]:
    """Serve the doors over a log."""
    clock = FixedClock(NOW, SHIFT)
    key = {"kty": "OKP", "crv": "Ed25519", **_KEY}
    signer = TokenSigner(key, clock=clock)
    reader = StreamReader(engine)
    doors = Doors(
        reader=reader,
        bell=LogBell(engine),
        snapshots=Snapshots(reader),
        verifier=TokenVerifier(signer.jwks, clock=clock),
        clock=clock,
        tenant="thang-binh",
        subscribers=TokenBuckets(0),
        **({"heartbeat_seconds": 0.2} | told),
    )
    with served(Starlette(routes=channel_routes(doors), exception_handlers={HTTPException: refused})) as url:
        yield StreamDoors(f"{url}/streams/v1", doors, signer, clock)
    doors.bell.close()


_KEY = {
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
"""The key of RFC 8032's first test vector."""


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serve an app on a free port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    eventually(lambda: server.started)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.force_exit = server.should_exit = True
    thread.join()
    listening.close()


def sse_events(answer: httpx.Response) -> Iterator[tuple[str, str, Any]]:
    """Give (event, id, data) as they come."""
    kind, token = "message", ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "id":
            token = value
        elif name == "data":
            yield kind, token, json.loads(value)
        elif not line:
            kind = "message"
