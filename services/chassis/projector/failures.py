"""Which failures pass by themselves, which are a message's own, and which stop a projection."""

import psycopg
from sqlalchemy.exc import DataError, DBAPIError

from services.chassis.domain import InvalidMessage, Unavailable

_PASSING_SQLITE_CODES = frozenset({5, 6, 10, 13, 14})
"""SQLITE_BUSY, LOCKED, IOERR, FULL and CANTOPEN; a handler's mistake is SQLITE_ERROR."""

UNFIT = (InvalidMessage, OverflowError, DataError, psycopg.DataError)
"""What a message that cannot be applied raises: it breaks its contract, or holds values that no column takes.

SQLite's driver raises `OverflowError` for a number too large; a handler may go past SQLAlchemy to psycopg's cursor.
"""


def why_unfit(error: BaseException) -> str:
    """Give the reason under which a message that raised one of `UNFIT` is parked."""
    if isinstance(error, InvalidMessage):
        return str(error)
    # SQLAlchemy's own words repeat the whole statement.
    return f"The database refuses a value: {error.orig if isinstance(error, DataError) else error}"


def is_passing(error: BaseException) -> bool:
    """Tell whether trying again may help: the log or the database is away, the disk is full, a lock was lost."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        return error.orig is not None and is_passing(error.orig)
    if isinstance(error, Unavailable | psycopg.OperationalError | psycopg.InterfaceError):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _PASSING_SQLITE_CODES
