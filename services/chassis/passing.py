"""Which failures pass by themselves: the log or the database is away, the disk is full, a lock was lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError  # noqa: A004 - of the pool of connections

from services.chassis.domain import Unavailable

_PASSING_SQLITE_CODES = frozenset({5, 6, 10, 13, 14})
"""SQLITE_BUSY, LOCKED, IOERR, FULL and CANTOPEN; a handler's mistake is SQLITE_ERROR."""


def is_passing(error: BaseException) -> bool:
    """Tell whether trying again may help."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        return error.orig is not None and is_passing(error.orig)
    if isinstance(error, Unavailable | TimeoutError | psycopg.OperationalError | psycopg.InterfaceError):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _PASSING_SQLITE_CODES


def lacks_table(error: BaseException) -> bool:
    """Tell whether a table is missing: for who reads what somebody else builds, that is not there yet."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return lacks_table(error.orig)
    # SQLite has no code of its own for it.
    return isinstance(error, psycopg.errors.UndefinedTable) or str(error).startswith("no such table: ")


@contextmanager
def suppress_passing() -> Iterator[None]:
    """Leave the block at a failure that passes by itself; who works in it does the same again later, or can do without."""
    try:
        yield
    except Exception as error:
        if not is_passing(error):
            raise
