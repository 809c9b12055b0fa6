"""The tables of the stream log. They outlive every build of the projection: what subscribers have is never renumbered.

A build has tables of its own only for what it learns on the way: the units, and the unit of each subject.
"""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, MetaData, String, Table

METADATA = MetaData()

ENTRIES = Table(
    "stream_entries",
    METADATA,
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
"""Every message once."""

Index("stream_entries_by_lane", ENTRIES.c.topic, ENTRIES.c.partition, ENTRIES.c.number, unique=True)
MEMBERS = Table(
    "stream_members",
    METADATA,
    Column("channel", String, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The place of an entry in a channel."""

Index("stream_members_by_entry", MEMBERS.c.ordinal)
HEADS = Table(
    "stream_heads",
    METADATA,
    Column("channel", String, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("day", Date, nullable=False),
)
"""How far each channel is."""

DAYS = Table(
    "stream_days",
    METADATA,
    Column("channel", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)
"""Which places count under a day."""

EPOCHS = Table(
    "stream_epochs",
    METADATA,
    Column("channel", String, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("kept_through", BigInteger, nullable=False),
)
"""Where a channel's epoch began, but for the first."""

WAITING = Table(
    "stream_waiting",
    METADATA,
    Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
    Column("unit_id", String, nullable=False),
)
"""Entries that wait for a unit to be described."""

STATE = Table(
    "stream_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("markers", Integer, nullable=False),
)
"""One row: how many entries there were, how many restores were looked at."""


def define_log(metadata: MetaData) -> None:
    """Declare the lasting tables among those of a build, so that the first build makes them; none drops them."""
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
