"""The lives of a store: a restore or a promotion begins a new one, and tells every lane how far the old one is kept."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, column, func, insert, select, table, update

from services.chassis.envelope import PARTITIONS, encode, numbered
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
    for row in _markers(connection, previous=previous, new=new, now=now, source=source):
        columns = {name: getattr(row, name) for name in OutboxRow.__slots__}
        connection.execute(insert(_OUTBOX).values(columns | {"incarnation": new.bytes if is_sqlite else new}))
    connection.execute(update(_HEADS).values(number=_HEADS.c.number + 1))


def _add_heads(connection: Connection, topics: Iterable[str]) -> None:
    known = {(head.topic, head.partition) for head in connection.execute(select(_HEADS))}
    for topic in sorted(set(topics)):
        for partition in range(PARTITIONS):
            if (topic, partition) not in known:
                connection.execute(insert(_HEADS).values(topic=topic, partition=partition, number=0))


def _markers(connection: Connection, *, previous: UUID, new: UUID, now: datetime, source: str) -> list[OutboxRow]:
    last_position = connection.execute(select(func.coalesce(func.max(_OUTBOX.c.position), 0))).scalar_one()
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
        for position, head in enumerate(heads, last_position + 1)
    ]
