"""The projector's own tables, beside the read models in the same database."""

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, LargeBinary, MetaData, String, Table, text

METADATA = MetaData()

BUILDS = Table(
    "projection_builds",
    METADATA,
    Column("projection", String, primary_key=True),
    Column("build", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("switched_at", String),
)
"""Every build that was ever begun; `state` is `building`, `ready` or `dropped`."""

POINTERS = Table(
    "projection_pointers",
    METADATA,
    Column("projection", String, primary_key=True),
    Column("build", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
"""The one row per projection that says which build readers see."""

POSITIONS = Table(
    "projection_positions",
    METADATA,
    Column("projection", String, primary_key=True),
    Column("build", Integer, primary_key=True, autoincrement=False),
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("last_number", BigInteger, nullable=False),
    Column("incarnation", String),
    Column("resume", BigInteger),
)
"""How far a build has come in each lane. `resume` is a place of the log behind which nothing is missing."""

KEYS = Table(
    "projection_keys",
    METADATA,
    Column("projection", String, primary_key=True),
    Column("build", Integer, primary_key=True, autoincrement=False),
    Column("topic", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""The number applied last for each key of a compacted topic."""

INCARNATIONS = Table(
    "projection_incarnations",
    METADATA,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("incarnation", String, primary_key=True),
    Column("previous", String, nullable=False),
    Column("kept_through", BigInteger, nullable=False),
    Column("seen", Integer, nullable=False),
)
"""The markers met so far, `seen` in that order; all projections of a database share them."""

DEAD_LETTERS = Table(
    "projection_dead_letters",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("projection", String, nullable=False),
    Column("build", Integer, nullable=False),
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("number", BigInteger),
    Column("resume", BigInteger, nullable=False),
    Column("key", String, nullable=False),
    Column("value", LargeBinary),
    Column("reason", String, nullable=False),
    Column("parked_at", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String, nullable=False),
)
"""Messages that broke their contract; `state` is `parked` or `discarded`."""

Index(
    "projection_dead_letters_once",
    DEAD_LETTERS.c.projection,
    DEAD_LETTERS.c.build,
    DEAD_LETTERS.c.topic,
    DEAD_LETTERS.c.partition,
    DEAD_LETTERS.c.resume,
    unique=True,
)

STATUS = Table(
    "projection_status",
    METADATA,
    Column("projection", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    Column("error", String),
    Column("lag_messages", BigInteger),
    Column("caught_up_at", String),
    Column("gap_since", String),
    Column("updated_at", String, nullable=False),
)
"""What the projector last said of itself, for processes other than its own."""

CHANGES = Table(
    "projection_changes",
    METADATA,
    Column("projection", String, primary_key=True),
    Column("changes", BigInteger, nullable=False),
)
"""Counts committed batches, so that PostgreSQL's readers notice them; SQLite has `PRAGMA data_version`."""


def create_projection_tables(connection: Connection) -> None:
    """Create the projector's tables where they are missing."""
    if connection.dialect.name == "postgresql":
        # Several projectors of one database start at once, and CREATE TABLE IF NOT EXISTS is not safe against itself.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('projection_tables'))"))
    METADATA.create_all(connection)
