"""The folder's tables. What survey said, what was published, what waits, and the sums of whole blocks.

Yes and no are small integers where there is a row per ballot: binding them costs nothing.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, SmallInteger, String, Table

from services.chassis.projection import TableName

SCORES = ("score_1", "score_2", "score_3", "score_4", "score_5")


def define_folder(metadata: MetaData, name: TableName) -> None:
    """Declare all of them."""
    _define_dimensions(metadata, name)
    _define_ballots(metadata, name)
    _define_blocks(metadata, name)
    _define_served(metadata, name)
    Table(
        name("progress"),
        metadata,
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("folded", BigInteger, nullable=False),
    )


def _define_dimensions(metadata: MetaData, name: TableName) -> None:
    cell = [Column(it, String, nullable=False) for it in ("one_stop_id", "field", "family", "questionnaire")]
    Table(name("cells"), metadata, Column("cell", BigInteger, primary_key=True, autoincrement=False), *cell)
    parts = [Column(it, String, nullable=False) for it in ("one_stop_id", "field", "family", "questionnaire")]
    Table(
        name("leaves"),
        metadata,
        Column("leaf", BigInteger, primary_key=True, autoincrement=False),
        *parts,
        Column("counted", Boolean, nullable=False),
        Column("level", String, nullable=False),
        Column("n", Integer, nullable=False),
        Column("blocks", Integer, nullable=False),
        *(Column(score, Integer, nullable=False) for score in SCORES),
        Column("as_of", String, nullable=False),
    )
    Table(
        name("leaf_reasons"),
        metadata,
        Column("leaf", BigInteger, primary_key=True, autoincrement=False),
        Column("reason", String, primary_key=True),
        Column("n", Integer, nullable=False),
    )


def _define_ballots(metadata: MetaData, name: TableName) -> None:
    Table(
        name("ballots"),
        metadata,
        Column("ballot", String, primary_key=True),
        Column("cell", BigInteger, nullable=False),
        Column("accepted", SmallInteger, nullable=False),
        Column("quarantined", SmallInteger, nullable=False),
        Column("score", SmallInteger, nullable=False),
        Column("reasons", String, nullable=False),
        Column("arrival", BigInteger, nullable=False),
        Column("since", String, nullable=False),
        sqlite_with_rowid=False,
    )
    Table(
        name("places"),
        metadata,
        Column("ballot", String, primary_key=True),
        Column("leaf", BigInteger, nullable=False),
        Column("since", String, nullable=False),
        Column("block", String),
        Column("score", SmallInteger, nullable=False),
        Column("reasons", String, nullable=False),
        Column("chain", String),
        Column("seen", SmallInteger, nullable=False),
        Column("fresh", SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    waiting = Table(
        name("waiting"),
        metadata,
        Column("queue", String, primary_key=True),
        Column("ballot", String, primary_key=True),
        Column("since", String, nullable=False),
        sqlite_with_rowid=False,
    )
    Index(name("waiting_since"), waiting.c.since)


def _define_blocks(metadata: MetaData, name: TableName) -> None:
    blocks = Table(
        name("blocks"),
        metadata,
        Column("block_id", String, primary_key=True),
        Column("leaf", BigInteger, nullable=False),
        Column("kind", String, nullable=False),
        Column("size", Integer, nullable=False),
        Column("closed_on", String, nullable=False),
        Column("scores", String, nullable=False),
        Column("reasons", String, nullable=False),
        sqlite_with_rowid=False,
    )
    Index(name("blocks_by_day"), blocks.c.closed_on)
    Table(
        name("tallies"),
        metadata,
        Column("block_id", String, primary_key=True),
        Column("size", Integer, nullable=False),
        Column("touched", Integer, nullable=False),
        Column("undone", Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _define_served(metadata: MetaData, name: TableName) -> None:
    served = Table(
        name("served"),
        metadata,
        Column("counter_id", String, primary_key=True),
        Column("day", String, primary_key=True),
        Column("field", String, primary_key=True),
        Column("one_stop_id", String, nullable=False),
        Column("served", Integer, nullable=False),
    )
    Index(name("served_by_day"), served.c.one_stop_id, served.c.day, served.c.field)
