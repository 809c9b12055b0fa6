"""Taking back what a restore of an upstream store took back.

A channel keeps everything before the first place that falls away; what still stands behind it is given places anew, and
the channel begins a new epoch there. Tokens from before that place go on; every other is stale.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, and_, delete, func, select, update

from services.chassis.projector.incarnations import Lineage
from services.chassis.projector.positions import load_markers
from services.chassis.projector.tables import INCARNATIONS
from services.chassis.upsert import upsert
from services.gateway.streams.appending import Joining, append_to_channels, chunks_of
from services.gateway.streams.chain import beginning_of
from services.gateway.streams.log_tables import DAYS, ENTRIES, EPOCHS, HEADS, MEMBERS, WAITING


def count_markers(connection: Connection) -> int:
    """Count the restores that this database has heard of, lane by lane."""
    return int(connection.execute(select(func.count()).select_from(INCARNATIONS)).scalar_one())


def superseded(connection: Connection) -> list[int]:
    """Find the entries that restores took back."""
    found: list[int] = []
    for (topic, partition), markers in load_markers(connection).items():
        lineage = Lineage(markers)
        here = and_(ENTRIES.c.topic == topic, ENTRIES.c.partition == partition)
        lives = connection.execute(select(ENTRIES.c.incarnation).where(here).distinct()).scalars().all()
        for life in lives:
            if (limit := lineage.limit(life)) != float("inf"):
                gone = and_(here, ENTRIES.c.incarnation == life, ENTRIES.c.number > limit)
                found += connection.execute(select(ENTRIES.c.ordinal).where(gone)).scalars()
    return found


def retract(connection: Connection, ordinals: Sequence[int]) -> None:
    """Take entries out of the log and out of every channel."""
    first_gone: dict[str, int] = {}
    for chunk in chunks_of(ordinals):
        gone = select(MEMBERS.c.channel, func.min(MEMBERS.c.sequence).label("first")).where(
            MEMBERS.c.ordinal.in_(chunk)
        )
        for row in connection.execute(gone.group_by(MEMBERS.c.channel)):
            first_gone[row.channel] = min(row.first, first_gone.get(row.channel, row.first))
    for chunk in chunks_of(ordinals):
        for table in (MEMBERS, ENTRIES, WAITING):
            connection.execute(delete(table).where(table.c.ordinal.in_(chunk)))
    for channel, first in sorted(first_gone.items()):
        _begin_epoch(connection, channel, first - 1)


def _begin_epoch(connection: Connection, channel: str, kept: int) -> None:
    behind = and_(MEMBERS.c.channel == channel, MEMBERS.c.sequence > kept)
    query = select(MEMBERS.c.ordinal, ENTRIES.c.digest, ENTRIES.c.day).join(
        ENTRIES, ENTRIES.c.ordinal == MEMBERS.c.ordinal
    )
    standing = connection.execute(query.where(behind).order_by(MEMBERS.c.sequence)).all()
    connection.execute(delete(MEMBERS).where(behind))
    _cut_days(connection, channel, kept)
    _cut_head(connection, channel, kept)
    joining = [Joining(channel, row.ordinal, row.digest, row.day) for row in standing]
    append_to_channels(connection, joining)


def _cut_days(connection: Connection, channel: str, kept: int) -> None:
    connection.execute(delete(DAYS).where(DAYS.c.channel == channel, DAYS.c.first > kept))
    connection.execute(update(DAYS).where(DAYS.c.channel == channel, DAYS.c.last > kept).values(last=kept))


def _cut_head(connection: Connection, channel: str, kept: int) -> None:
    head = connection.execute(select(HEADS).where(HEADS.c.channel == channel)).one()
    place = and_(MEMBERS.c.channel == channel, MEMBERS.c.sequence == kept)
    kept_hash = connection.execute(select(MEMBERS.c.hash).where(place)).scalar_one_or_none()
    day = connection.execute(select(func.max(DAYS.c.day)).where(DAYS.c.channel == channel)).scalar_one_or_none()
    row = (channel, head.epoch + 1, kept, kept_hash or beginning_of(channel), day or date.min)
    upsert(connection, HEADS, [row])
    upsert(connection, EPOCHS, [(channel, head.epoch + 1, kept)])
