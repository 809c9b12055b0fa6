"""What comes back by itself is told from what does not."""

import psycopg
import pysqlite3.dbapi2
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError, TimeoutError  # noqa: A004 - of the pool of connections

from services.chassis.domain import NotFound, Unavailable
from services.chassis.leases import LeaseLost
from services.chassis.passing import is_passing, lacks_table


def sqlite_error(code: int) -> pysqlite3.dbapi2.OperationalError:
    error = pysqlite3.dbapi2.OperationalError(f"SQLite says {code}")
    error.sqlite_errorcode = code
    return error


PASSING = (
    Unavailable("the log does not answer"),
    LeaseLost("the lease has gone to somebody else"),
    TimeoutError("QueuePool limit of size 5 overflow 10 reached"),
    OperationalError("SELECT 1", {}, psycopg.OperationalError("server closed the connection unexpectedly")),
    psycopg.InterfaceError("the connection is closed"),
    OperationalError("COMMIT", {}, sqlite_error(13)),
    OperationalError("INSERT", {}, sqlite_error(10 | 6 << 8)),
)
LASTING = (
    NotFound("there is no such build"),
    ZeroDivisionError("a mistake"),
    OperationalError("SELECT nonsense", {}, sqlite_error(1)),
    ProgrammingError("SELECT nonsense", {}, psycopg.errors.UndefinedColumn("column nonsense does not exist")),
)


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_trying_again_may_help(error):
    assert is_passing(error)


@pytest.mark.parametrize("error", LASTING, ids=repr)
def test_trying_again_does_not_help(error):
    assert not is_passing(error)


@pytest.mark.parametrize(
    "error",
    [
        ProgrammingError(
            "SELECT 1", {}, psycopg.errors.UndefinedTable('relation "folder_v1_b2_progress" does not exist')
        ),
        OperationalError("SELECT 1", {}, pysqlite3.dbapi2.OperationalError("no such table: folder_v1_b2_progress")),
    ],
    ids=repr,
)
def test_a_missing_table_is_told_from_other_mistakes(error):
    assert lacks_table(error)
    assert not is_passing(error)
    assert not any(lacks_table(other) for other in (*PASSING, *LASTING))
