"""Driver connections for reading: as many as threads read at once, kept for the next time."""

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Engine, event

from services.chassis.domain import Unavailable

Row = tuple[Any, ...]


class Readers:
    """Runs reading statements outside SQLAlchemy, each a transaction of its own. Threads may share it."""

    def __init__(self, engine: Engine, set_up: Callable[[Any], None], **execute_options: object) -> None:
        """Prepare to open connections of `engine`; `set_up` sees each new one, each `execute` takes the options."""
        self._engine = engine
        self._set_up = set_up
        self._options = execute_options
        self._idle: deque[Any] = deque()
        self._away = engine.dialect.loaded_dbapi.OperationalError
        # They are none of the pool's, but end with it.
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Read rows.

        Raises:
            Unavailable: The database cannot be read now.
        """
        with contextlib.suppress(self._away, IndexError):
            return self._rows_from(self._idle.pop(), statement, parameters)
        # Whatever was idle may be a connection to a server that is gone; a new one tells.
        self.close()
        try:
            return self._rows_from(self._open(), statement, parameters)
        except (self._away, Unavailable) as error:
            raise Unavailable(f"the event store cannot be read: {error}") from error

    def close(self) -> None:
        """Close the connections that nobody uses at the moment."""
        while self._idle:
            with contextlib.suppress(IndexError):
                self._idle.pop().close()

    def _rows_from(self, connection: Any, statement: str, parameters: Sequence[object]) -> list[Row]:
        try:
            rows: list[Row] = connection.execute(statement, parameters, **self._options).fetchall()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return rows

    def _open(self) -> Any:
        return open_driver_connection(self._engine, self._set_up)


def open_driver_connection(engine: Engine, set_up: Callable[[Any], None]) -> Any:
    """Open a connection of the driver's own, outside the pool.

    Raises:
        Unavailable: The database does not answer.
    """
    try:
        pooled = engine.raw_connection()
    except Exception as error:
        raise Unavailable(f"the database does not answer: {error}") from error
    connection = pooled.driver_connection
    pooled.detach()
    set_up(connection)
    return connection
