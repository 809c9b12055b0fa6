"""A store's SQLite file, seen by somebody who only reads its outbox and may come before the store."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pysqlite3.dbapi2 as sqlite

from services.chassis.broker.port import Record, is_compacted
from services.chassis.domain import Unavailable

Row = tuple[int, str, int, int, str, bytes | None, bytes]
"""Position, topic, partition, number, key, value, incarnation."""

_BUSY_TIMEOUT_SECONDS = 10
_NOT_THERE_YET = ("unable to open database file", "no such table")


class OutboxFile:
    """One connection to a store's file, opened when the file is there. One thread uses it."""

    def __init__(self, path: Path) -> None:
        """Keep the path."""
        self._path = path
        self._connection: Any = None
        self._version: int | None = None

    def is_there(self) -> bool:
        """Say whether the file exists."""
        return self._connection is not None or self._path.exists()

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Read rows; none while the file or its tables are still to be made.

        Raises:
            Unavailable: The file cannot be read.
        """
        if not self.is_there():
            return []
        try:
            rows: list[Any] = self._open().execute(query, parameters).fetchall()
        except sqlite.OperationalError as error:
            if not str(error).startswith(_NOT_THERE_YET):
                raise Unavailable(f"{self._path.name} cannot be read: {error}") from error
            return []
        return rows

    def newest(self) -> int:
        """Give the position of the newest row, 0 for none."""
        rows = self.rows("SELECT max(position) FROM outbox")
        return (rows[0][0] or 0) if rows else 0

    def changed(self) -> bool:
        """Say whether somebody has written to the file since this was asked last."""
        rows = self.rows("PRAGMA data_version")
        version = rows[0][0] if rows else None
        if version == self._version:
            return False
        self._version = version
        return True

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = sqlite.connect(
                f"file:{self._path}?mode=ro",
                uri=True,
                timeout=_BUSY_TIMEOUT_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
        return self._connection

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def record_of(row: Row) -> Record:
    """Make a record of a row; as on other logs, compacted topics alone give number and incarnation beside the body."""
    position, topic, partition, number, key, value, incarnation = row
    if not is_compacted(topic):
        return Record(topic, partition, key, value, position)
    return Record(topic, partition, key, value, position, number, str(UUID(bytes=incarnation)))
