"""Where the read models that publish stood, from one database of the folder's into another.

The folder's read models are built anew like all others, but they also publish, once and for ever: blocks as they become
full, served counts and running sums as they move. A build that readers see publishes what it reads. One that began at
the first message would tell every served count of the past again, one after the other, and sums that are still growing.

So the place of each live build moves, without the build: a pointer of a version that no release has, at a build that
has no tables. Its projector then does what it does for a new version: it builds beside it, silent, exactly as far as
that place, switches, and publishes what comes after, nothing twice and nothing left out.
"""

from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, delete, select, update

from cchc.moving import movable_tables, move_tables
from services.chassis.broker.port import is_compacted
from services.chassis.projector.tables import INCARNATIONS, POINTERS, POSITIONS
from services.chassis.upsert import upsert
from services.indicators.projections.running_told import RUNNING_LOOK

PUBLISHING = "folder"
"""The one store whose database holds read models that publish; all others are built from the first message on."""
NO_BUILD, NO_VERSION = 0, 0
"""Builds and versions are counted from 1."""


def move_store(name: str, source: Engine, target: Engine) -> None:
    """Move a store's facts, and what cannot be made from them, into a migrated database."""
    move_tables(source, target, movable_tables(target))
    if name == PUBLISHING:
        _move_places(source, target)


def _move_places(source: Engine, target: Engine) -> None:
    """Have every read model of the folder's built anew, silently, as far as its live build had read at the source.

    - Pointers and positions move as that place. A compacted topic has none: what a reader has of it depends on the log.
    - Markers of earlier lives move: by them a place is known in a log that has not met them yet.
    - Of the last look at running sums its day stays, from which it is known what begins to count later; the place that
      it looked at was in a build that is left behind.
    """
    with source.connect() as reading, target.begin() as writing:
        pointers = reading.execute(select(POINTERS)).all()
        _replace(writing, POINTERS, [(it.projection, NO_BUILD, NO_VERSION) for it in pointers])
        _replace(writing, POSITIONS, [place for it in pointers for place in _places(reading, it)])
        _replace(writing, INCARNATIONS, [tuple(row) for row in reading.execute(select(INCARNATIONS))])
        writing.execute(update(RUNNING_LOOK).values(place=None))


def _places(reading: Connection, pointer: Row[Any]) -> list[tuple[Any, ...]]:
    mine = (POSITIONS.c.projection == pointer.projection, POSITIONS.c.build == pointer.build)
    rows = reading.execute(select(POSITIONS).where(*mine)).all()
    # Where a record lies is the log's own affair; its number is the tenant's.
    return [
        (it.projection, NO_BUILD, it.topic, it.partition, it.last_number, it.incarnation, None)
        for it in rows
        if not is_compacted(it.topic)
    ]


def _replace(writing: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    writing.execute(delete(table))
    upsert(writing, table, rows)
