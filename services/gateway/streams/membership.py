"""Which channels an entry joins: its stream, whole, and that of each unit above it on its day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, select

from services.chassis.envelope import CloudEvent
from services.chassis.projection import Delivery
from services.chassis.upsert import upsert
from services.gateway.streams.appending import Joining, chunks_of
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


def place_entries(
    connection: Connection, tree: UnitTree, entries: Iterable[Entry], streams: Mapping[str, str]
) -> list[Joining]:
    """Give the channels that new entries join; above a unit that nobody has described, an entry waits."""
    joining: list[Joining] = []
    waiting: list[tuple[int, str]] = []
    for entry in entries:
        whole = Joining(streams[entry.delivery.topic], entry.ordinal, entry.digest, entry.day)
        joining.append(whole)
        if entry.unit_id is not None:
            joining += _of_units(tree, entry.unit_id, whole, waiting)
    upsert(connection, WAITING, waiting)
    return joining


def place_waiting(
    connection: Connection, tree: UnitTree, news: Sequence[str], streams: Mapping[str, str]
) -> list[Joining]:
    """Give the channels of units described now that entries join which came before; the others wait on."""
    if not news:
        return []
    columns = (WAITING.c.ordinal, WAITING.c.unit_id, ENTRIES.c.topic, ENTRIES.c.digest, ENTRIES.c.day)
    query = select(*columns).join(ENTRIES, ENTRIES.c.ordinal == WAITING.c.ordinal)
    rows = connection.execute(query.where(WAITING.c.unit_id.in_(news)).order_by(WAITING.c.ordinal)).all()
    joining: list[Joining] = []
    waiting: list[tuple[int, str]] = []
    for row in rows:
        whole = Joining(streams[row.topic], row.ordinal, row.digest, row.day)
        joining += _of_units(tree, row.unit_id, whole, waiting)
    for ordinals in chunks_of([row.ordinal for row in rows]):
        connection.execute(delete(WAITING).where(WAITING.c.ordinal.in_(ordinals)))
    upsert(connection, WAITING, waiting)
    return joining


def _of_units(tree: UnitTree, unit_id: str, whole: Joining, waiting: list[tuple[int, str]]) -> Iterator[Joining]:
    units, unknown = tree.chain(unit_id, whole.day)
    if unknown is not None:
        waiting.append((whole.ordinal, unknown))
    return (whole._replace(channel=Channel(whole.channel, above).id) for above in units)
