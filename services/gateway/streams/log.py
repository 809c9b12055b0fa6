"""The stream log: public messages copied from the event log into channels, each with a gap-free sequence of its own.

The log lasts: a build that reads everything again finds each message in its place and gives none a second one. So a
rebuild, a restart or a new release never renumbers what subscribers have.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import Column, Connection, MetaData, String, Table, Text, insert, select

from services.chassis.domain import InvalidMessage
from services.chassis.envelope import CloudEvent
from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import read
from services.chassis.upsert import upsert
from services.gateway.streams.appending import append_to_channels, chunks_of
from services.gateway.streams.chain import digest_of
from services.gateway.streams.channels import STREAM_OF_TOPIC
from services.gateway.streams.log_tables import ENTRIES, STATE, define_log
from services.gateway.streams.membership import Entry, place_entries, place_waiting
from services.gateway.streams.places import place_of
from services.gateway.streams.retraction import count_markers, retract, superseded
from services.gateway.streams.unit_tree import Parent, UnitTree, tree_of

UNIT_TOPIC = "directory.unit.state.v1"

Told = tuple[Delivery, CloudEvent]
"""A message that is no tombstone."""


class _UnitRecorded(msgspec.Struct, frozen=True):
    parents: tuple[Parent, ...] = ()


class StreamLog:
    """Copies messages into channels. The topics are those of the streams, and the directory's for the dated tree."""

    name = "stream_log"
    version = 1

    def __init__(self, streams: Mapping[str, str] = STREAM_OF_TOPIC, unit_topic: str = UNIT_TOPIC) -> None:
        """Copy the topics that `streams` names, each into the stream named; hear of units on `unit_topic`."""
        self.streams, self.unit_topic = streams, unit_topic
        self.topics: tuple[str, ...] = (*streams, unit_topic)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare what a build learns on its way, and the lasting tables."""
        Table(
            name("units"),
            metadata,
            Column("unit_id", String, primary_key=True),
            Column("parents", Text, nullable=False),
        )
        Table(
            name("subjects"),
            metadata,
            Column("subject", String, primary_key=True),
            Column("unit_id", String, nullable=False),
        )
        define_log(metadata)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Put what is new at the ends of the channels that it concerns."""
        connection = view.connection
        last = _begin(connection)
        news = _learn_units(view, [it for it in batch if it.topic == self.unit_topic])
        told = [(it, it.event) for it in batch if it.topic != self.unit_topic and it.event is not None]
        entries = _new_entries(view, told, last)
        if not entries and not news:
            return
        tree = tree_in(view)
        joining = place_waiting(connection, tree, news, self.streams)
        joining += place_entries(connection, tree, entries, self.streams)
        _write_entries(connection, entries)
        append_to_channels(connection, joining)


def tree_in(view: View) -> UnitTree:
    """Give the units as a build has heard of them."""
    table = view.table("units")
    return tree_of(tuple(row) for row in view.connection.execute(select(table.c.unit_id, table.c.parents)))


def _begin(connection: Connection) -> int:
    """Keep other builds out of the log until the commit, take back what restores took back; give the last ordinal."""
    row = connection.execute(select(STATE).with_for_update()).one_or_none()
    last, seen = (0, 0) if row is None else (row.ordinal, row.markers)
    markers = count_markers(connection)
    if markers != seen:
        retract(connection, superseded(connection))
    if row is None or markers != seen:
        upsert(connection, STATE, [(1, last, markers)])
    return last


def _learn_units(view: View, batch: Sequence[Delivery]) -> list[str]:
    rows = {it.key: _parents(it.event) for it in batch}
    upsert(view.connection, view.table("units"), sorted(rows.items()))
    return list(rows)


def _parents(event: CloudEvent | None) -> str:
    parents = () if event is None else read(event, _UnitRecorded).parents
    return msgspec.json.encode(parents).decode()


def _new_entries(view: View, told: Sequence[Told], last: int) -> list[Entry]:
    units = _units_named(view, told)
    known, replaced = _present(view.connection, told)
    retract(view.connection, replaced)
    entries: list[Entry] = []
    for (delivery, event), (unit_id, day) in zip(told, units, strict=True):
        if event.id not in known:
            entries.append(Entry(last + len(entries) + 1, delivery, event, unit_id, day, _digest(event)))
    return entries


def _digest(event: CloudEvent) -> bytes:
    try:
        return digest_of(event)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f"{event.type}: {error}") from error


def _units_named(view: View, told: Sequence[Told]) -> list[tuple[str | None, date]]:
    """Give unit and day of each message; one that names no unit concerns the one that its subject concerned before."""
    table = view.table("subjects")
    known: dict[str, str] = {}
    for subjects in chunks_of(sorted({event.subject for _, event in told})):
        query = select(table).where(table.c.subject.in_(subjects))
        known |= {row.subject: row.unit_id for row in view.connection.execute(query)}
    named, changed = [], {}
    for _, event in told:
        unit_id, day = place_of(event)
        if unit_id is not None and known.get(event.subject) != unit_id:
            known[event.subject] = changed[event.subject] = unit_id
        named.append((known.get(event.subject), day))
    upsert(view.connection, table, sorted(changed.items()))
    return named


def _present(connection: Connection, told: Sequence[Told]) -> tuple[set[str], list[int]]:
    """Give the ids that the log has at their numbers already, and the entries at whose numbers others stand now."""
    lanes: dict[tuple[str, int], dict[int, str]] = {}
    for it, event in told:
        lanes.setdefault((it.topic, it.partition), {})[it.number] = event.id
    known, replaced = set(), []
    for (topic, partition), ids in lanes.items():
        lane = ENTRIES.c.topic == topic, ENTRIES.c.partition == partition
        query = select(ENTRIES.c.number, ENTRIES.c.event_id, ENTRIES.c.ordinal)
        for row in connection.execute(query.where(*lane, ENTRIES.c.number.between(min(ids), max(ids)))):
            if ids.get(row.number) == row.event_id:
                known.add(row.event_id)
            elif row.number in ids:
                replaced.append(row.ordinal)
    return known, replaced


def _write_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    connection.execute(insert(ENTRIES), [_row(entry) for entry in entries])
    connection.execute(STATE.update().values(ordinal=entries[-1].ordinal))


def _row(entry: Entry) -> dict[str, object]:
    delivery, event = entry.delivery, entry.event
    said = {name: value for name, value in msgspec.structs.asdict(event).items() if value is not None}
    return {
        "ordinal": entry.ordinal,
        "topic": delivery.topic,
        "partition": delivery.partition,
        "number": delivery.number,
        "incarnation": event.incarnation,
        "event_id": event.id,
        "unit_id": entry.unit_id,
        "day": entry.day,
        "digest": entry.digest,
        "body": msgspec.json.encode(said),
    }


STREAM_LOG = StreamLog()
"""The one instance: builds are cached by it."""
