"""Opening databases: PostgreSQL by URL, SQLite by file, each with the settings that durability rests on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, QueuePool

OLDEST_SQLITE = (3, 51, 3)
"""Older ones can lose a commit when the write-ahead log is reset."""

_BUSY_TIMEOUT_MS = 10_000


def open_database(url: str, *, read_only: bool = False, pool_size: int = 5) -> Engine:
    """Open a database; its errors, which are logged, never hold the values of a statement.

    Args:
        url: `sqlite:////absolute/file.db`, or `postgresql://…` (psycopg 3 is used).
        read_only: The connections cannot write, and a transaction sees one moment. A SQLite file must exist then.
        pool_size: Connections kept open.

    Raises:
        RuntimeError: The SQLite library is too old to be trusted with acknowledged facts.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(Path(parsed.database or ""), read_only=read_only, pool_size=pool_size)
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"), pool_size=pool_size, pool_pre_ping=True, hide_parameters=True
    )
    # A report is read by several queries; as on SQLite, all of them see one and the same moment.
    seen = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return engine.execution_options(**seen) if read_only else engine


@contextmanager
def begin_unhurried(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction for what can be made again: its commit does not wait for the disk.

    A power cut may undo it, whole and with what came after it in the same way. Commits of other connections wait for
    the disk as ever, and then for this one's too.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA synchronous=NORMAL")
            try:
                with connection.begin():
                    yield connection
            finally:
                # Nobody is ever given a connection from the pool that does not wait.
                connection.invalidate()
        else:
            with connection.begin():
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                yield connection


def _open_sqlite(path: Path, *, read_only: bool, pool_size: int) -> Engine:
    if pysqlite3.dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise RuntimeError(f"SQLite {pysqlite3.dbapi2.sqlite_version} is older than {OLDEST_SQLITE}")
    target = f"sqlite:///file:{path}?mode={'ro' if read_only else 'rwc'}&uri=true"
    engine = create_engine(
        target,
        module=pysqlite3.dbapi2,
        poolclass=QueuePool if pool_size else NullPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _set_up_reader if read_only else _set_up_writer)
    # The driver's own transactions start too late for a writer that reads first; BEGIN IMMEDIATE is said here.
    event.listen(engine, "begin", _begin if read_only else _begin_immediate)
    return engine


def _set_up_reader(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")


def _set_up_writer(connection: Any, record: object) -> None:
    _set_up_reader(connection, record)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
