"""Which failures are a message's own; the others stop a projection, unless they pass by themselves."""

import psycopg
from sqlalchemy.exc import DataError

from services.chassis.domain import InvalidMessage

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
