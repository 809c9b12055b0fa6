"""What all doors share: who is let in, the log, the bell, and one look at the log for many who ask the same."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from services.chassis.clock import Clock, monotonic
from services.chassis.http.rates import Rates, TokenBuckets
from services.chassis.http.refusals import TooManyRequests
from services.chassis.identity.callers import Caller
from services.chassis.identity.refusals import NotAuthenticated, TokenMissing
from services.chassis.identity.tokens import TokenVerifier
from services.gateway.streams.access import SCOPE, require_covered
from services.gateway.streams.bell import LogBell
from services.gateway.streams.channels import Channel
from services.gateway.streams.lines import Lines
from services.gateway.streams.reading import Message, Place, StreamReader
from services.gateway.streams.snapshots import Snapshots
from services.gateway.streams.tokens import Token
from services.gateway.streams.unit_tree import UnitTree

TREE_SECONDS = 5.0
"""For so long a look at the tree of units is good."""

Answer = TypeVar("Answer")


@dataclass(slots=True, kw_only=True)
class Doors:
    """One per process."""

    reader: StreamReader
    bell: LogBell
    snapshots: Snapshots
    verifier: TokenVerifier
    clock: Clock
    tenant: str
    subscribers: TokenBuckets
    rates: Rates = field(default_factory=Rates)
    lines: Lines = field(default_factory=Lines)
    heartbeat_seconds: float = 15.0
    write_seconds: float = 30.0
    _tree: tuple[float, UnitTree] | None = None
    _asked: dict[tuple[object, ...], asyncio.Future[Any]] = field(default_factory=dict)

    def admit(self, request: Request) -> Caller:
        """Let a subscriber in, and count the request.

        Raises:
            NotAuthenticated: The request does not prove who sends it.
            ScopeMissing: The subscriber's token is not for streams.
            TooManyRequests: They ask too often.
        """
        now = self.clock.now().timestamp()
        try:
            caller = self.known(request)
        except NotAuthenticated:
            self.rates.admit_stranger(request.client.host if request.client else "", now)
            raise
        if wait := self.subscribers.take(caller.subject, now):
            raise TooManyRequests("Come back later.", retry_after_seconds=int(wait) + 1)
        return caller

    def known(self, request: Request) -> Caller:
        """Say who asks, again and again while a line is open: a token runs out, an appointment ends."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise TokenMissing("Send the header Authorization: Bearer and an access token.")
        caller = self.verifier.verify(token.strip())
        caller.require(SCOPE)
        return caller

    async def authorise(self, caller: Caller, channel: Channel) -> None:
        """Let a subscriber pass who may read a channel, by the tree of today."""
        require_covered(caller, channel, await self.tree(), self.clock.business_now().date())

    async def tree(self) -> UnitTree:
        """Give the tree of units as it was a moment ago."""
        if self._tree is None or monotonic() - self._tree[0] > TREE_SECONDS:
            self._tree = (monotonic(), await self.look(("tree",), self.reader.tree))
        return self._tree[1]

    async def after(self, channel: Channel, token: Token | None, limit: int) -> tuple[Place, list[Message]]:
        """Give where a subscriber stands, and the next messages; many who stand at one place are given one look."""

        def read() -> tuple[Place, list[Message]]:
            place, messages = self.reader.after(channel, token, limit)
            return place, [written(message) for message in messages]

        return await self.look(("after", channel, token, limit), read)

    async def look(self, key: tuple[object, ...], ask: Callable[[], Answer]) -> Answer:
        """Ask the log in another thread, or wait for the answer to the same question."""
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.ensure_future(run_in_threadpool(ask))
            asked.add_done_callback(lambda _: self._asked.pop(key, None))
        answer: Answer = await asyncio.shield(asked)
        return answer


def written(message: Message) -> Message:
    """Write the place of a message into it, as extensions: `sequence` and `streamtoken`."""
    place = message.place
    stamp = b'{"sequence":"%020d","streamtoken":"%s",' % (place.sequence, str(place.token).encode())
    return Message(place, stamp + message.body[1:])
