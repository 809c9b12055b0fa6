"""Two small tables beside the event store: snapshots to start from, and how far a backup holds each tablet.

Both can be rebuilt from facts; neither is ever read instead of one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

METADATA = MetaData()

SNAPSHOTS = Table(
    "survey_ballot_snapshots",
    METADATA,
    Column("device_id", String(64), primary_key=True),
    Column("form", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
)
BACKUPS = Table(
    "survey_backup_marks",
    METADATA,
    Column("device_id", String(64), primary_key=True, doc="A tablet, or `*` for the store as a whole."),
    Column("through", BigInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

WHOLE_STORE = "*"
"""The row of `survey_backup_marks` that holds the position up to which facts were looked at."""


def create_ballot_tables(connection: Connection) -> None:
    """Create what is missing. Migrations call this."""
    METADATA.create_all(connection, checkfirst=True)


class Snapshot(NamedTuple):
    """A tablet's ballots as they stood at a version."""

    version: int
    state: bytes


class Mark(NamedTuple):
    """How far a backup holds one tablet's envelopes."""

    through: int
    state: bytes


class BallotTables:
    """Reads and writes the two tables. Threads may share one."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        """Write through one engine and read through another: on SQLite a reader must not wait for writers."""
        self._writer = writer
        self._reader = reader

    def snapshot(self, device_id: str, *, form: int) -> Snapshot | None:
        """Give a tablet's newest snapshot of a form."""
        wanted = select(SNAPSHOTS.c.version, SNAPSHOTS.c.state).where(
            SNAPSHOTS.c.device_id == device_id, SNAPSHOTS.c.form == form
        )
        with self._reader.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Snapshot(row.version, row.state)

    def keep_snapshot(self, device_id: str, snapshot: Snapshot, *, form: int) -> None:
        """Keep a snapshot instead of the one before."""
        row = {"device_id": device_id, "form": form, "version": snapshot.version, "state": snapshot.state}
        with self._writer.begin() as connection:
            _replace(connection, SNAPSHOTS, [row])

    def backed_up_through(self, device_id: str) -> int:
        """Give the last envelope of a tablet up to which a backup holds all, 0 for none."""
        wanted = select(BACKUPS.c.through).where(BACKUPS.c.device_id == device_id)
        with self._reader.connect() as connection:
            return int(connection.execute(wanted).scalar_one_or_none() or 0)

    @contextmanager
    def marking(self) -> Iterator["Marking"]:
        """Move marks in one transaction."""
        with self._writer.begin() as connection:
            yield Marking(connection)


class Marking:
    """The marks within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Use the caller's transaction."""
        self._connection = connection

    def get(self, device_id: str) -> Mark | None:
        """Give a mark."""
        wanted = select(BACKUPS.c.through, BACKUPS.c.state).where(BACKUPS.c.device_id == device_id)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else Mark(row.through, row.state)

    def put(self, marks: dict[str, Mark]) -> None:
        """Set marks."""
        rows = [{"device_id": name, "through": mark.through, "state": mark.state} for name, mark in marks.items()]
        if rows:
            _replace(self._connection, BACKUPS, rows)


def _replace(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table)
    changed = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    connection.execute(insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed), rows)
