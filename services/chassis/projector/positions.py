"""Where each lane stands, read and written in the same transaction as the rows that come of it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, and_, func, select

from services.chassis.broker.port import TopicPartition, is_compacted
from services.chassis.envelope import PARTITIONS
from services.chassis.projection import Delivery
from services.chassis.projector.incarnations import Lineage, Marker
from services.chassis.projector.lanes import LaneState, Place
from services.chassis.projector.tables import CHANGES, INCARNATIONS, KEYS, POSITIONS
from services.chassis.sequence import Lane
from services.chassis.upsert import upsert

_KEYS_PER_QUERY = 500

Owner = tuple[str, int]
"""A projection's name and the number of one of its builds."""


def load_lanes(connection: Connection, owner: Owner, topics: Iterable[str]) -> list[LaneState]:
    """Read where a build stands in every lane of its topics."""
    rows = connection.execute(select(POSITIONS).where(_of(owner))).all()
    read = {(row.topic, row.partition): row for row in rows}
    markers = load_markers(connection)
    states = []
    for topic in topics:
        for partition in range(PARTITIONS):
            state = LaneState(TopicPartition(topic, partition), compacted=is_compacted(topic))
            if (row := read.get((topic, partition))) is not None:
                state.sequence = Lane(row.last_number)
                state.incarnation, state.resume = row.incarnation, row.resume
            # The incarnation of a lane that met no marker yet is its first one.
            state.lineage = Lineage(markers.get((topic, partition), ()), root=state.incarnation)
            states.append(state)
    return states


def load_markers(connection: Connection) -> dict[Place, list[Marker]]:
    """Read the markers met so far, by lane, in the order in which they were met."""
    markers: dict[Place, list[Marker]] = {}
    for row in connection.execute(select(INCARNATIONS).order_by(INCARNATIONS.c.seen)):
        marker = Marker(row.incarnation, row.previous, row.kept_through)
        markers.setdefault((row.topic, row.partition), []).append(marker)
    return markers


def save_lanes(connection: Connection, owner: Owner, states: Iterable[LaneState]) -> None:
    """Write where lanes stand."""
    rows = [
        (*owner, *state.lane, state.sequence.last, state.incarnation, state.resume)
        for state in sorted(states, key=lambda state: state.lane)
    ]
    upsert(connection, POSITIONS, rows)


def save_markers(connection: Connection, markers: Iterable[tuple[Place, Marker]]) -> None:
    """Keep markers, so that the next build knows them before it meets them."""
    seen = connection.execute(select(func.coalesce(func.max(INCARNATIONS.c.seen), 0))).scalar_one()
    rows = {
        (*place, marker.incarnation): (*place, marker.incarnation, marker.previous, marker.kept_through, seen + at)
        for at, (place, marker) in enumerate(markers, 1)
    }
    known = {row[:3] for row in connection.execute(select(INCARNATIONS))}
    upsert(connection, INCARNATIONS, [row for key, row in rows.items() if key not in known])


def newer_only(connection: Connection, owner: Owner, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Leave out messages of compacted topics that are no newer than what was applied for their key; note the others."""
    keys = {(one.topic, one.key) for one in deliveries if is_compacted(one.topic)}
    applied = _applied(connection, owner, keys)
    newer, changed = [], {}
    for delivery in deliveries:
        key = (delivery.topic, delivery.key)
        if key in keys:
            if delivery.number <= applied.get(key, 0):
                continue
            applied[key] = changed[key] = delivery.number
        newer.append(delivery)
    upsert(connection, KEYS, [(*owner, *key, number) for key, number in sorted(changed.items())])
    return newer


def is_applied(connection: Connection, owner: Owner, key: tuple[str, str], number: int) -> bool:
    """Tell whether a message of a compacted topic is no newer than what was applied for its (topic, key)."""
    return is_compacted(key[0]) and number <= _applied(connection, owner, {key}).get(key, 0)


def note_applied(connection: Connection, owner: Owner, key: tuple[str, str], number: int) -> None:
    """Note the number applied for a (topic, key) of a compacted topic; of others nothing is noted."""
    if is_compacted(key[0]):
        upsert(connection, KEYS, [(*owner, *key, number)])


def count_change(connection: Connection, projection: str) -> None:
    """Let `ChangeWatcher` see this commit; SQLite tells its readers by itself."""
    if connection.dialect.name != "sqlite":
        upsert(connection, CHANGES, [(projection, 1)], adding=("changes",))


def _applied(connection: Connection, owner: Owner, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    applied: dict[tuple[str, str], int] = {}
    for topic in {topic for topic, _ in keys}:
        wanted = sorted(key for of, key in keys if of == topic)
        bounds = [*range(0, len(wanted), _KEYS_PER_QUERY), len(wanted)]
        for start, stop in pairwise(bounds):
            mine = and_(KEYS.c.projection == owner[0], KEYS.c.build == owner[1], KEYS.c.topic == topic)
            query = select(KEYS.c.key, KEYS.c.number).where(mine, KEYS.c.key.in_(wanted[start:stop]))
            applied |= {(topic, row.key): row.number for row in connection.execute(query)}
    return applied


def _of(owner: Owner) -> ColumnElement[bool]:
    return and_(POSITIONS.c.projection == owner[0], POSITIONS.c.build == owner[1])
