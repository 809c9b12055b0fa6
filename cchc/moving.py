"""Rows of one database into another, SQLite and PostgreSQL alike: what a tenant is made of, as each of them writes it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, DateTime, Engine, Integer, LargeBinary, MetaData, Table, Uuid, delete, insert, select
from sqlalchemy import inspect as inspect_database

from services.chassis.event_store.timestamps import from_microseconds, to_microseconds
from services.chassis.projector.tables import METADATA as BOOKKEEPING
from services.gateway.streams.log_tables import define_log

ROWS_AT_ONCE = 2_000
NOT_MOVED = frozenset({"leases", "relay_cursor"})
"""Who works, and how far a log has been filled, is told anew where a tenant comes to."""
VERSIONS = "_schema_version"
"""Tables that end so tell which migrations have run; both sides have run the same."""


def movable_tables(engine: Engine) -> list[str]:
    """Name the tables of a migrated database that hold facts and what cannot be made from them.

    Read models stay behind, and with them all that projectors note about their builds, which is in the databases of
    `indicators` and `folder` from the first migration on: noted without its tables, a build would pass for one that is
    there. What was told to others moves (`folder_announced`, `running_told`, `running_look`): no log says it again, and
    without it the same figures would be told anew. How far the folder had read moves by itself (`moving_places.py`).
    """
    names = inspect_database(engine).get_table_names()
    left = NOT_MOVED.union(BOOKKEEPING.tables)
    return sorted(name for name in names if name not in left and not name.endswith(VERSIONS))


def move_tables(source: Engine, target: Engine, names: list[str]) -> dict[str, int]:
    """Replace the rows of these tables by the source's, in one transaction on either side; give how many there were."""
    moved = {}
    with source.connect() as reading, target.begin() as writing:
        for name in names:
            there = Table(name, MetaData(), autoload_with=reading)
            here = Table(name, MetaData(), autoload_with=writing)
            writing.execute(delete(here))
            moved[name] = 0
            for rows in _batches(reading, there, here):
                writing.execute(insert(here), rows)
                moved[name] += len(rows)
    return moved


def _batches(reading: Connection, there: Table, here: Table) -> Iterator[list[dict[str, Any]]]:
    found = reading.execution_options(yield_per=ROWS_AT_ONCE).execute(select(there)).mappings()
    written = {column.name: _writing(column.type) for column in here.columns}
    for rows in found.partitions():
        yield [_row(row, written) for row in rows]


def _row(row: Mapping[Any, Any], written: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: None if row[name] is None else write(row[name]) for name, write in written.items()}


def _writing(kind: Any) -> Callable[[Any], Any]:
    """Give how a value of the other database is written in a column: an instant and an id are kept in two ways."""
    if isinstance(kind, Integer):
        return lambda value: to_microseconds(value) if isinstance(value, datetime) else value
    if isinstance(kind, LargeBinary):
        return lambda value: value.bytes if isinstance(value, UUID) else bytes(value)
    if isinstance(kind, Uuid):
        return lambda value: UUID(bytes=value) if isinstance(value, bytes) else value
    if isinstance(kind, DateTime):
        return lambda value: from_microseconds(value) if isinstance(value, int) else value
    return lambda value: value


def move_stream_log(source: Engine, target: Engine) -> None:
    """Take over what of the stream log lasts; its reader finds every message in its place when it reads them again."""
    lasting = MetaData()
    define_log(lasting)
    if not all(inspect_database(source).has_table(name) for name in lasting.tables):
        return
    lasting.create_all(target)
    move_tables(source, target, sorted(lasting.tables))


def move_seals(source: Engine, target: Engine, store: str) -> None:
    """Take the seals of a store over; the bytes they were made of come over as they are."""
    if not inspect_database(source).has_table("seals"):
        return
    with source.connect() as reading, target.begin() as writing:
        there = Table("seals", MetaData(), autoload_with=reading)
        here = Table("seals", MetaData(), autoload_with=writing)
        writing.execute(delete(here).where(here.c.store == store))
        mine = select(there).where(there.c.store == store)
        if rows := [dict(row) for row in reading.execute(mine).mappings()]:
            writing.execute(insert(here), rows)
