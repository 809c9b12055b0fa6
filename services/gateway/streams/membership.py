"""Which channels an entry joins: its stream, whole, and that of each unit above it on its day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, select

from services.chassis.envelope import CloudEvent
from services.chassis.projection import Delivery
from services.chassis.upsert import upsert
from services.gateway.streams.appending import Joining
from services.gateway.streams.channels import Channel
from services.gateway.streams.log_tables import ENTRIES, WAITING
from services.gateway.streams.unit_tree import UnitTree


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as the log keeps it, before it has its places."""

    ordinal: int
    delivery: Delivery
    event: CloudEvent
    unit_id: str | None
    day: date
    digest: bytes


def places_of(connection: Connection, tree: UnitTree, entry: Entry, stream: str) -> list[Joining]:
    """Give the channels that a new entry joins; above a unit that nobody has described, it waits."""
    whole = Joining(stream, entry.ordinal, entry.digest, entry.day)
    if entry.unit_id is None:
        return [whole]
    units, unknown = tree.chain(entry.unit_id, entry.day)
    if unknown is not None:
        upsert(connection, WAITING, [(entry.ordinal, unknown)])
    return [whole, *(whole._replace(channel=Channel(stream, unit_id).id) for unit_id in units)]


def no_longer_waiting(
    connection: Connection, tree: UnitTree, news: Sequence[str], streams: Mapping[str, str]
) -> Iterable[Joining]:
    """Let entries into the channels of units that had not been described when they came."""
    columns = (WAITING.c.ordinal, WAITING.c.unit_id, ENTRIES.c.topic, ENTRIES.c.digest, ENTRIES.c.day)
    query = select(*columns).join(ENTRIES, ENTRIES.c.ordinal == WAITING.c.ordinal)
    rows = (
        connection.execute(query.where(WAITING.c.unit_id.in_(news)).order_by(WAITING.c.ordinal)).all() if news else ()
    )
    for row in rows:
        units, unknown = tree.chain(row.unit_id, row.day)
        for unit_id in units:
            channel = Channel(streams[row.topic], unit_id).id
            yield Joining(channel, row.ordinal, row.digest, row.day)
        if unknown is None:
            connection.execute(delete(WAITING).where(WAITING.c.ordinal == row.ordinal))
        else:
            upsert(connection, WAITING, [(row.ordinal, unknown)])
