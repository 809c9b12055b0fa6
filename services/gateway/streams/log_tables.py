"""The tables of the stream log. They outlive every build of the projection: what subscribers have is never renumbered.

A build has tables of its own only for what it learns on the way: the units, and the unit of each subject.
"""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, MetaData, String, Table

METADATA = MetaData()


def _define(metadata: MetaData) -> tuple[Table, ...]:
    entries = Table(
        "stream_entries",
        metadata,
        Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
        Column("topic", String, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("incarnation", String, nullable=False),
        Column("event_id", String, nullable=False),
        Column("unit_id", String),
        Column("day", Date, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )
    Index("stream_entries_by_lane", entries.c.topic, entries.c.partition, entries.c.number, unique=True)
    members = Table(
        "stream_members",
        metadata,
        Column("channel", String, primary_key=True),
        Column("sequence", BigInteger, primary_key=True, autoincrement=False),
        Column("ordinal", BigInteger, nullable=False),
        Column("hash", LargeBinary, nullable=False),
    )
    Index("stream_members_by_entry", members.c.ordinal)
    heads = Table(
        "stream_heads",
        metadata,
        Column("channel", String, primary_key=True),
        Column("epoch", Integer, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("day", Date, nullable=False),
    )
    days = Table(
        "stream_days",
        metadata,
        Column("channel", String, primary_key=True),
        Column("day", Date, primary_key=True),
        Column("first", BigInteger, nullable=False),
        Column("last", BigInteger, nullable=False),
    )
    epochs = Table(
        "stream_epochs",
        metadata,
        Column("channel", String, primary_key=True),
        Column("epoch", Integer, primary_key=True, autoincrement=False),
        Column("kept_through", BigInteger, nullable=False),
    )
    waiting = Table(
        "stream_waiting",
        metadata,
        Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
        Column("unit_id", String, nullable=False),
    )
    state = Table(
        "stream_state",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("ordinal", BigInteger, nullable=False),
        Column("markers", Integer, nullable=False),
    )
    return entries, members, heads, days, epochs, waiting, state


ENTRIES, MEMBERS, HEADS, DAYS, EPOCHS, WAITING, STATE = _define(METADATA)
"""Every message once · its place in each channel · how far each channel is · which places a day has · where an epoch
began · entries that wait for a unit to be described · how many entries there were, how many restores were looked at."""


def define_log(metadata: MetaData) -> None:
    """Declare the lasting tables among those of a build, so that the first build makes them; none drops them."""
    _define(metadata)
