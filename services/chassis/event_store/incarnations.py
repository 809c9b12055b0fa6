"""The lives of a store: a restore or a promotion begins a new one, and tells every lane how far the old one is kept.

A log may have compacted away the state that a restore kept, in favour of one that it took back. A new life therefore
begins by saying the kept state of each key again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, column, func, insert, select, table, update

from services.chassis.broker.port import is_compacted
from services.chassis.envelope import INCARNATION_AT, PARTITIONS, decode, encode, numbered
from services.chassis.event_store.port import OutboxRow
from services.chassis.event_store.schema import take_lock
from services.chassis.event_store.timestamps import to_microseconds

MARKER = "cchc.chassis.incarnation_started.v1"
"""Type of the message that begins an incarnation in a lane; data `{previous, kept_through}`."""

_INCARNATIONS = table("incarnations", column("ordinal"), column("id"), column("started_at"), column("source"))
_HEADS = table("outbox_heads", column("topic"), column("partition"), column("number"))
_OUTBOX = table("outbox", *(column(name) for name in OutboxRow.__slots__))


def begin_incarnation(
    connection: Connection, *, new: UUID, now: datetime, source: str, topics: Iterable[str] = ()
) -> None:
    """Begin a new life after a restore or a promotion.

    Every (topic, partition) that has a head gets a marker as its next number, and so does every partition of `topics`:
    a lane that was first written after the backup has no head in it, and its readers have to hear of the new life too.
    The last message of each key of a compacted topic, a tombstone too, is published again behind the markers: the same
    event under a new number and the new life's id.
    Processes that opened the store in its old life are refused from then on.

    Args:
        connection: A transaction of a writer, begun with the store's own database and nothing else done in it.
        new: The new life's id.
        now: When it begins.
        source: The CloudEvents source of the markers, `/cchc/<tenant>/<service>`.
        topics: Every topic that the store writes.
    """
    take_lock(connection)
    latest = select(_INCARNATIONS).order_by(_INCARNATIONS.c.ordinal.desc()).limit(1)
    last = connection.execute(latest).one()
    is_sqlite = connection.dialect.name == "sqlite"
    previous = UUID(bytes=last.id) if is_sqlite else last.id
    connection.execute(
        insert(_INCARNATIONS).values(
            ordinal=last.ordinal + 1,
            id=new.bytes if is_sqlite else new,
            started_at=to_microseconds(now) if is_sqlite else now,
            source=source,
        )
    )
    _add_heads(connection, topics)
    states = _kept_states(connection)
    _publish(connection, _markers(connection, previous=previous, new=new, now=now, source=source))
    _publish(connection, _said_again(connection, states, new))


def _publish(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    for row in rows:
        columns = {name: getattr(row, name) for name in OutboxRow.__slots__}
        connection.execute(
            insert(_OUTBOX).values(columns | {"incarnation": row.incarnation.bytes if is_sqlite else row.incarnation})
        )
    for (topic, partition), count in Counter((row.topic, row.partition) for row in rows).items():
        lane = (_HEADS.c.topic == topic, _HEADS.c.partition == partition)
        connection.execute(update(_HEADS).where(*lane).values(number=_HEADS.c.number + count))


def _add_heads(connection: Connection, topics: Iterable[str]) -> None:
    known = {(head.topic, head.partition) for head in connection.execute(select(_HEADS))}
    for topic in sorted(set(topics)):
        for partition in range(PARTITIONS):
            if (topic, partition) not in known:
                connection.execute(insert(_HEADS).values(topic=topic, partition=partition, number=0))


def _markers(connection: Connection, *, previous: UUID, new: UUID, now: datetime, source: str) -> list[OutboxRow]:
    heads = connection.execute(select(_HEADS).order_by(_HEADS.c.topic, _HEADS.c.partition)).all()
    # A key of its own keeps a marker from being compacted away under another.
    key = f"incarnation-{new}"
    return [
        OutboxRow(
            position=position,
            topic=head.topic,
            partition=head.partition,
            number=head.number + 1,
            key=key,
            value=numbered(
                encode(
                    incarnation=new,
                    event_id=uuid5(new, f"{head.topic}/{head.partition}"),
                    source=source,
                    type=MARKER,
                    subject=key,
                    time=now,
                    data={"previous": str(previous), "kept_through": head.number},
                    key=key,
                ),
                head.number + 1,
            ),
            incarnation=new,
        )
        for position, head in enumerate(heads, _next_position(connection))
    ]


def _kept_states(connection: Connection) -> list[OutboxRow]:
    """Give the last message of each key of the compacted topics, in their order; a marker is no state."""
    topics = [topic for topic in connection.execute(select(_HEADS.c.topic).distinct()).scalars() if is_compacted(topic)]
    last = (
        select(func.max(_OUTBOX.c.position)).where(_OUTBOX.c.topic.in_(topics)).group_by(_OUTBOX.c.topic, _OUTBOX.c.key)
    )
    found = connection.execute(select(_OUTBOX).where(_OUTBOX.c.position.in_(last)).order_by(_OUTBOX.c.position))
    rows = [OutboxRow(**row) for row in found.mappings()]
    return [row for row in rows if row.value is None or decode(row.value).type != MARKER]


def _said_again(connection: Connection, states: Iterable[OutboxRow], new: UUID) -> list[OutboxRow]:
    numbers = {(head.topic, head.partition): head.number for head in connection.execute(select(_HEADS))}
    rows = []
    for position, state in enumerate(states, _next_position(connection)):
        number = numbers[state.topic, state.partition] = numbers[state.topic, state.partition] + 1
        value = None if state.value is None else numbered(_of_life(state.value, new), number)
        rows.append(replace(state, position=position, number=number, value=value, incarnation=new))
    return rows


def _of_life(value: bytes, incarnation: UUID) -> bytes:
    return value[: INCARNATION_AT.start] + str(incarnation).encode() + value[INCARNATION_AT.stop :]


def _next_position(connection: Connection) -> int:
    last: int = connection.execute(select(func.coalesce(func.max(_OUTBOX.c.position), 0))).scalar_one()
    return last + 1
