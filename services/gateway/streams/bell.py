"""One watcher that knows how far each channel is and wakes those who wait for more."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from services.chassis.changes import ChangeWatcher
from services.chassis.domain import Unavailable
from services.chassis.logging import get_logger
from services.gateway.streams.reading import Place, StreamReader

_WAIT_SECONDS = 1.0
_AWAY_SECONDS = 0.5
_log = get_logger()

Reached = tuple[int, int]
"""Epoch and sequence: of two places of a channel the later one is the greater."""


class LogBell:
    """Watches the stream log with one thread, whoever many wait. A subscriber who waits keeps nothing in memory."""

    def __init__(self, engine: Engine) -> None:
        """Watch the database behind `engine`; nothing is opened before somebody waits."""
        self._engine = engine
        self._reader = StreamReader(engine)
        self._heads: dict[str, Reached] = {}
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def wait(self, channel: str, beyond: Reached, seconds: float) -> bool:
        """Wait until a channel is further than `beyond`, or for `seconds`; tell which it was."""
        self._start()
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
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="stream-log", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                watcher = ChangeWatcher(self._engine)
            except DBAPIError:
                self._stop.wait(_AWAY_SECONDS)
                continue
            try:
                self._watch(watcher)
            except (DBAPIError, Unavailable):
                _log.warning("stream_log_database_away")
                self._stop.wait(_AWAY_SECONDS)
            finally:
                watcher.close()

    def _watch(self, watcher: ChangeWatcher) -> None:
        self._look()
        while not self._stop.is_set():
            if watcher.wait(_WAIT_SECONDS):
                self._look()

    def _look(self) -> None:
        heads = self._reader.heads()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, heads)

    def _tell(self, heads: Mapping[str, Place]) -> None:
        for channel, head in heads.items():
            reached = (head.epoch, head.sequence)
            if self._heads.get(channel) != reached:
                self._heads[channel] = reached
                self._bells.pop(channel, asyncio.Event()).set()
