"""The servers of the streams' bench, each in a process of its own: the product's doors, and the ordinary way beside them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from services.chassis.clock import SystemClock
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.identity.tokens import TokenVerifier
from services.chassis.logging import configure_logging
from services.gateway.config import Settings
from services.gateway.streams.channel_routes import channel_routes
from services.gateway.streams.lines import Lines
from services.gateway.streams.opening import open_streams

BATCH_FILE = "batch.json"
"""What the peer's feed answers: one batch of the product's, from memory."""


def ours(folder: Path) -> Starlette:
    """Make the product's doors over the log in a folder."""
    jwk = public_half(load_or_create_signing_key(folder / "access-signing.jwk"))
    settings = Settings(
        database="",
        read_database="",
        streams_database=f"sqlite:///{folder / 'streams.db'}",
        keys=folder,
        tenant="bench",
        subscriber_rate=0,
    )
    opened = open_streams(settings, TokenVerifier(lambda: {"keys": [jwk]}), SystemClock())
    opened.doors.lines = Lines(most_each=1000)
    return Starlette(routes=channel_routes(opened.doors))


def peer(folder: Path) -> Starlette:
    """Make the ordinary way: a batch from memory, and a queue per reader into which each message is put."""
    batch = (folder / BATCH_FILE).read_bytes()
    queues: set[asyncio.Queue[bytes]] = set()

    async def feed(_request: Request) -> Response:
        return Response(batch, media_type="application/cloudevents-batch+json")

    async def publish(request: Request) -> Response:
        for message in (await request.body()).splitlines():
            for queue in queues:
                queue.put_nowait(message)
        return Response()

    async def events() -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        queues.add(queue)
        try:
            yield b"retry: 2000\n\nevent: heartbeat\ndata: {}\n\n"
            while True:
                yield b"id: 1\ndata: " + await queue.get() + b"\n\n"
        finally:
            queues.discard(queue)

    async def sse(_request: Request) -> Response:
        return StreamingResponse(events(), media_type="text/event-stream")

    return Starlette(
        routes=[
            Route("/streams/v1/figures", feed),
            Route("/streams/v1/figures/sse", sse),
            Route("/publish", publish, methods=["POST"]),
        ]
    )


def serve() -> None:
    """Serve what the command line names, on a port of its own that is printed."""
    configure_logging("bench", level="error")
    kind, folder = sys.argv[1], Path(sys.argv[2])
    app = {"ours": ours, "peer": peer}[kind](folder)
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    print(listening.getsockname()[1], flush=True)
    server.run(sockets=[listening])


if __name__ == "__main__":
    serve()
