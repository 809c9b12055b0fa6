"""Noticing that a read model changed, from whichever process."""

import asyncio
import threading
from collections.abc import Callable

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, ProgrammingError

from services.chassis.clock import monotonic
from services.chassis.domain import Unavailable
from services.chassis.logging import get_logger
from services.chassis.projector.tables import CHANGES

_SQLITE_SECONDS = 0.005
_POSTGRES_SECONDS = 0.05
_WAIT_SECONDS = 1.0
_AWAY_SECONDS = 0.5
_log = get_logger()


class ChangeWatcher:
    """Watches one read-model database. One thread uses it; it holds a connection until `close`."""

    def __init__(self, engine: Engine) -> None:
        """Begin to watch: what was committed before is no change."""
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._interval = _SQLITE_SECONDS if self._is_sqlite else _POSTGRES_SECONDS
        self._closed = threading.Event()
        self._seen = self._version()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until something was committed since the last call, or for `timeout_seconds`; tell which it was."""
        deadline = monotonic() + timeout_seconds
        while (version := self._version()) == self._seen:
            left = deadline - monotonic()
            if left <= 0 or self._closed.wait(min(left, self._interval)):
                return False
        self._seen = version
        return True

    def close(self) -> None:
        """Give the connection back; a `wait` under way returns false."""
        self._closed.set()
        self._connection.close()

    def _version(self) -> int:
        if self._is_sqlite:
            return _data_version(self._connection)
        try:
            return int(self._connection.execute(select(func.coalesce(func.sum(CHANGES.c.changes), 0))).scalar_one())
        except ProgrammingError:
            # No projector has made its tables yet.
            return -1


class ChangeTeller:
    """Looks at a read-model database once and after each change, in one thread, for all who wait in an event loop."""

    def __init__(self, name: str, engine: Engine, look: Callable[[], None]) -> None:
        """Call `look` in that thread; nothing is opened before `start`."""
        self._name = name
        self._engine = engine
        self._look = look
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to look, if nobody has begun; call it in the event loop that is to be told."""
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def tell(self, told: Callable[[], None]) -> None:
        """Have the event loop call `told`; nothing happens once the loop is closed."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(told)

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

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
                _log.warning("changes_database_away", watcher=self._name)
                self._stop.wait(_AWAY_SECONDS)
            finally:
                watcher.close()

    def _watch(self, watcher: ChangeWatcher) -> None:
        self._look()
        while not self._stop.is_set():
            if watcher.wait(_WAIT_SECONDS):
                self._look()


def _data_version(connection: Connection) -> int:
    cursor = connection.connection.cursor()
    try:
        return int(cursor.execute("PRAGMA data_version").fetchone()[0])
    finally:
        cursor.close()
