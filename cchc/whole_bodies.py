"""Bodies are read whole before a thread is taken for their request: who sends slowly holds a connection, never a thread."""

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.domain import Refusal, Unavailable
from services.chassis.http.bodies import BODY_LIMIT
from services.chassis.http.refusals import BodyTooSlow

BODY_SECONDS = 20.0
"""A body has so long to arrive, whatever its size."""

MOST_HELD_BYTES = 128 * BODY_LIMIT
"""So many bytes of bodies are held at once; beyond them a sender is asked to come back."""


@dataclass(slots=True)
class Room:
    """The bytes of bodies that may still be held; everything behind one door shares it, on one event loop."""

    left: int = MOST_HELD_BYTES


class SenderGone(Exception):  # noqa: N818 - as the front sees it
    """Raised when the connection ended before the body did."""


class WholeBodies:
    """Passes requests on to an app, each with its body in hand.

    A body that is late, or finds no place, is not an error here: the app's first attempt to read it raises the refusal,
    so that it leaves in the app's one form, logged and counted. A body that says it is too large is not read at all,
    and one that turns out to be is read no further than that shows: the app refuses both.
    """

    def __init__(self, app: ASGIApp, room: Room, *, seconds: float = BODY_SECONDS) -> None:
        """Pass requests on to `app`; take the place for bodies from `room`."""
        self._app = app
        self._room = room
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or _says_it_is_empty_or_too_large(scope):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        try:
            refusal = await self._read(body, receive)
            await self._app(scope, _giving(bytes(body), refusal, receive), send)
        except SenderGone:
            return
        finally:
            self._room.left += len(body)

    async def _read(self, body: bytearray, receive: Receive) -> Refusal | None:
        """Read a body; give why it cannot be taken."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._read_into(body, receive)
        except TimeoutError:
            return BodyTooSlow(f"A body has {self._seconds:g} seconds to arrive.", seconds=self._seconds)
        except Unavailable as full:
            return full
        return None

    async def _read_into(self, body: bytearray, receive: Receive) -> None:
        more = True
        while more and len(body) <= BODY_LIMIT:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise SenderGone
            part = message.get("body", b"")
            if len(part) > self._room.left:
                raise Unavailable("Too many bodies are on their way; send it again.", retry_after_seconds=5)
            self._room.left -= len(part)
            body += part
            more = message.get("more_body", False)


def _says_it_is_empty_or_too_large(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return False
    length = headers.get(b"content-length", b"0")
    return length.isdigit() and not 0 < int(length) <= BODY_LIMIT


def _giving(body: bytes, refusal: Refusal | None, then: Receive) -> Receive:
    given = False

    async def receive() -> Message:
        nonlocal given
        if refusal is not None:
            raise refusal
        if given:
            return await then()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
