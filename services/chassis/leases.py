"""One leader at a time, and proof of it inside each of its writes.

A lease names its owner and an epoch that every change of owner raises. Time only decides who may become the owner; what
keeps a former owner from writing is the epoch, checked under lock in the transaction of the write itself. A process
that was paused for an hour in the middle of its work is thereby harmless when it wakes.
"""

import fcntl
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import BigInteger, Column, Connection, DateTime, Engine, MetaData, Table, Text, text

from services.chassis.domain import Unavailable

_metadata = MetaData()
_leases = Table(
    "leases",
    _metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
)

_TAKE = """
INSERT INTO leases AS held (name, owner, epoch, expires_at)
VALUES (:name, :owner, 1, {expiry})
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, epoch = held.epoch + 1, expires_at = excluded.expires_at
WHERE {free}
RETURNING epoch
"""
_TAKE_BY_DATABASE_TIME = text(
    _TAKE.format(
        expiry="clock_timestamp() + make_interval(secs => :ttl)",
        free="held.owner = excluded.owner OR held.expires_at <= clock_timestamp()",
    )
)
_TAKE_BY_FILE_LOCK = text(_TAKE.format(expiry="NULL", free="true"))
_RENEW = text(
    "UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => :ttl)"
    " WHERE name = :name AND owner = :owner AND epoch = :epoch"
)
_RELEASE = text(
    "UPDATE leases SET expires_at = clock_timestamp() WHERE name = :name AND owner = :owner AND epoch = :epoch"
)
_IS_HELD = text("SELECT 1 FROM leases WHERE name = :name AND expires_at > clock_timestamp()")
_IS_OURS = "SELECT 1 FROM leases WHERE name = :name AND owner = :owner AND epoch = :epoch"
_FENCE_BY_FILE_LOCK = text(_IS_OURS)
_FENCE_BY_ROW_LOCK = text(f"{_IS_OURS} FOR SHARE")


class LeaseLost(Unavailable):
    """Raised when a write comes from a former owner; its transaction must be rolled back and the owner must stop."""

    code = "lease_lost"
    title = "Quyền ghi đã chuyển cho tiến trình khác"


def create_leases(connection: Connection) -> None:
    """Create the table of leases where it is missing."""
    _metadata.create_all(connection)


def is_held(connection: Connection, name: str) -> bool:
    """Say whether somebody holds a lease of PostgreSQL now."""
    return connection.execute(_IS_HELD, {"name": name}).one_or_none() is not None


class Leases:
    """The leases that one owner holds or wants in one database.

    PostgreSQL judges by its own time. SQLite has one writing process per file: there the lock of the operating system on
    `<file>.lock`, held from the first lease on until the last is given back, says who that is, and nothing expires.
    """

    def __init__(self, engine: Engine, *, owner: str, ttl_seconds: float = 10) -> None:
        """Speak for `owner`, a name that no other process uses; a lease not renewed for `ttl_seconds` is free."""
        self.engine = engine
        self.ttl_seconds = ttl_seconds
        self.epochs: dict[str, int] = {}
        """The epoch under which each lease is held, 0 for one that was held or wanted and is not ours."""
        self._owner = owner
        self._lock = _FileLock(_lock_path(engine)) if engine.dialect.name == "sqlite" else None

    def acquire(self, name: str) -> int | None:
        """Become the owner, again too, and give the new epoch; `None` while somebody else holds the lease."""
        self.epochs[name] = 0
        if self._lock is not None and not self._lock.take(name):
            return None
        statement = _TAKE_BY_DATABASE_TIME if self._lock is None else _TAKE_BY_FILE_LOCK
        with self.engine.begin() as connection:
            epoch: int | None = connection.execute(statement, self._parameters(name)).scalar_one_or_none()
        self.epochs[name] = epoch or 0
        return epoch

    def renew(self, name: str, epoch: int) -> bool:
        """Keep a lease for another while; false when it has gone to somebody else."""
        is_ours = self._renewed(name, epoch)
        self.epochs[name] = epoch if is_ours else 0
        return is_ours

    def _renewed(self, name: str, epoch: int) -> bool:
        with self.engine.begin() as connection:
            if self._lock is not None:
                return self._lock.holds(name) and self._is_ours(connection, name, epoch)
            return connection.execute(_RENEW, self._parameters(name) | {"epoch": epoch}).rowcount == 1

    def release(self, name: str, epoch: int) -> None:
        """Give a lease back; without effect when it has gone to somebody else."""
        self.epochs[name] = 0
        if self._lock is not None:
            self._lock.give_back(name)
            return
        with self.engine.begin() as connection:
            connection.execute(_RELEASE, self._parameters(name) | {"epoch": epoch})

    def fence(self, connection: Connection, name: str, epoch: int) -> None:
        """Make sure, until the end of the caller's transaction, that the lease is still ours.

        Raises:
            LeaseLost: It has gone to somebody else.
        """
        if not self._is_ours(connection, name, epoch):
            raise LeaseLost("the lease has gone to somebody else", lease=name, epoch=epoch)

    def _is_ours(self, connection: Connection, name: str, epoch: int) -> bool:
        # Whoever takes the lease has to wait for this row until the transaction ends. SQLite has one writer anyway.
        statement = _FENCE_BY_ROW_LOCK if self._lock is None else _FENCE_BY_FILE_LOCK
        return connection.execute(statement, self._parameters(name) | {"epoch": epoch}).first() is not None

    def _parameters(self, name: str) -> dict[str, object]:
        return {"name": name, "owner": self._owner, "ttl": self.ttl_seconds}


class _FileLock:
    """The lock of a SQLite file's only writing process; one object holds it for all leases it was asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unlock: Callable[[], object] | None = None
        self._names: set[str] = set()
        self._threads = threading.Lock()

    def take(self, name: str) -> bool:
        with self._threads:
            if self._unlock is None:
                self._unlock = self._locked()
            if self._unlock is not None:
                self._names.add(name)
            return self._unlock is not None

    def _locked(self) -> Callable[[], object] | None:
        descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return weakref.finalize(self, os.close, descriptor)

    def holds(self, name: str) -> bool:
        return name in self._names

    def give_back(self, name: str) -> None:
        with self._threads:
            self._names.discard(name)
            if not self._names and self._unlock is not None:
                self._unlock()
                self._unlock = None


def _lock_path(engine: Engine) -> Path:
    # The database of a SQLite engine is opened by URI: file:/path?mode=rwc&uri=true.
    path = (engine.url.database or "").removeprefix("file:")
    return Path(f"{path}.lock")
