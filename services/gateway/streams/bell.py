"""One watcher that knows how far each channel is and wakes those who wait for more."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import Engine

from services.chassis.changes import ChangeTeller
from services.gateway.streams.reading import Place, StreamReader

Reached = tuple[int, int]
"""Epoch and sequence: of two places of a channel the later one is the greater."""


class LogBell:
    """Watches the stream log with one thread, whoever many wait. A subscriber who waits keeps nothing in memory."""

    def __init__(self, engine: Engine) -> None:
        """Watch the database behind `engine`; nothing is opened before somebody waits."""
        self._teller = ChangeTeller("stream-log", engine, self._look)
        self._reader = StreamReader(engine)
        self._heads: dict[str, Reached] = {}
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def wait(self, channel: str, beyond: Reached, seconds: float) -> bool:
        """Wait until a channel is further than `beyond`, or for `seconds`; tell which it was."""
        self._teller.start()
        if self._heads.get(channel, beyond) > beyond:
            return True
        bell = self._bells[channel]
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._heads.get(channel, beyond) <= beyond:
                    await bell.wait()
                    bell = self._bells[channel]
            return True
        return False

    def close(self) -> None:
        """Stop watching."""
        self._teller.close()

    def _look(self) -> None:
        heads = self._reader.heads()
        self._teller.tell(lambda: self._tell(heads))

    def _tell(self, heads: Mapping[str, Place]) -> None:
        for channel, head in heads.items():
            reached = (head.epoch, head.sequence)
            if self._heads.get(channel) != reached:
                self._heads[channel] = reached
                self._bells.pop(channel, asyncio.Event()).set()
