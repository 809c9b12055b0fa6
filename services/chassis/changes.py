"""Noticing that a read model changed, from whichever process."""

import threading

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import ProgrammingError

from services.chassis.clock import monotonic
from services.chassis.projector.tables import CHANGES

_SQLITE_SECONDS = 0.005
_POSTGRES_SECONDS = 0.05


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


def _data_version(connection: Connection) -> int:
    cursor = connection.connection.cursor()
    try:
        return int(cursor.execute("PRAGMA data_version").fetchone()[0])
    finally:
        cursor.close()
