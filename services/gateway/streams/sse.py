"""The channel as server-sent events: each message as soon as it is there, and a heartbeat that says how far it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.chassis.clock import monotonic, rfc3339
from services.chassis.domain import Refusal, Unavailable
from services.gateway.streams.answers import HEADERS, problem_body
from services.gateway.streams.asking import asked_channel, asked_token, known_only
from services.gateway.streams.channels import Channel
from services.gateway.streams.doors import Doors
from services.gateway.streams.reading import Message, Place

_AT_ONCE = 200
_AWAY_SECONDS = 1.0
_LINE_HEADERS = {"X-Accel-Buffering": "no"}


class PatientResponse(StreamingResponse):
    """Streams as fast as the reader reads, and closes on one who does not read at all."""

    def __init__(self, pieces: AsyncIterator[bytes], *, write_seconds: float, closed: Callable[[], None]) -> None:
        super().__init__(pieces, media_type="text/event-stream", headers={**HEADERS, **_LINE_HEADERS})
        self._write_seconds, self._closed = write_seconds, closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until one side ends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()

    async def stream_response(self, send: Send) -> None:
        """Send piece by piece; each has to be taken in time."""

        async def in_time(message: object) -> None:
            async with asyncio.timeout(self._write_seconds):
                await send(message)  # type: ignore[arg-type]  # passed on as it came

        with suppress(TimeoutError):
            await super().stream_response(in_time)


async def sse(doors: Doors, request: Request) -> Response:
    """Open a line; what is wrong at the start is answered as at any other door."""
    caller = doors.admit(request)
    known_only(request, "after")
    channel, token = asked_channel(request), asked_token(request)
    await doors.authorise(caller, channel)
    place, messages = await doors.after(channel, token, _AT_ONCE)
    if request.method == "HEAD":
        return Response(headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8"})
    doors.lines.take(caller.subject)
    line = _Line(doors, request, channel, place)
    return PatientResponse(
        line.run(messages),
        write_seconds=doors.write_seconds,
        closed=lambda: doors.lines.give_back(caller.subject),
    )


class _Line:
    """One open line. It keeps its place and nothing else: a slow reader is behind, and costs nobody."""

    def __init__(self, doors: Doors, request: Request, channel: Channel, place: Place) -> None:
        self._doors, self._request, self._channel = doors, request, channel
        self._place = place
        self._checked_at = monotonic()

    async def run(self, messages: list[Message]) -> AsyncIterator[bytes]:
        """Give messages, and heartbeats in between, until the reader goes or may not read any more."""
        try:
            yield b"retry: 2000\n\n"
            behind = True
            while True:
                try:
                    if messages:
                        yield self._written(messages)
                    else:
                        if behind or not await self._news():
                            yield self._heartbeat()
                        behind = False
                    await self._check()
                    self._place, messages = await self._doors.after(self._channel, self._place.token, _AT_ONCE)
                except Unavailable:
                    await asyncio.sleep(_AWAY_SECONDS)
                    messages = []
        except Refusal as refusal:
            yield b"event: problem\ndata: " + msgspec.json.encode(problem_body(refusal, ""), enc_hook=str) + b"\n\n"

    async def _news(self) -> bool:
        reached = (self._place.epoch, self._place.sequence)
        return await self._doors.bell.wait(self._channel.id, reached, self._doors.heartbeat_seconds)

    async def _check(self) -> None:
        """See now and then that the reader may still read: tokens run out, appointments end."""
        if monotonic() - self._checked_at >= self._doors.heartbeat_seconds:
            self._checked_at = monotonic()
            await self._doors.authorise(self._doors.known(self._request), self._channel)

    def _written(self, messages: list[Message]) -> bytes:
        self._place = messages[-1].place
        return b"".join(b"id: %s\ndata: %s\n\n" % (str(it.place.token).encode(), it.body) for it in messages)

    def _heartbeat(self) -> bytes:
        said = {
            "token": str(self._place.token),
            "sequence": self._place.sequence,
            "hash": self._place.hash.hex(),
            "at": rfc3339(self._doors.clock.business_now()),
        }
        return b"event: heartbeat\ndata: " + msgspec.json.encode(said) + b"\n\n"
