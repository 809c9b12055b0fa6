"""The tables of the running figures.

| Table | Row per | Holds |
|---|---|---|
| `sums` | indicator, unit, the day it falls on, the day it holds from, the day it became known | signed numerators and denominators |
| `sources` | task, report duty, dossier, register entry | what was last said of it, so that a later fact takes back what it replaces |
| `cells` | indicator, unit, month | how often it moved: what there may be to announce |
"""

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table

from services.chassis.projection import TableName

LEVEL_MONTH = ""
"""The month of a cell that is a level at a day and not a sum of a month."""


def define_running(metadata: MetaData, name: TableName) -> None:
    """Declare the tables."""
    sums = Table(
        name("sums"),
        metadata,
        Column("indicator", String, primary_key=True),
        Column("unit_id", String, primary_key=True),
        Column("on_day", String, primary_key=True),
        Column("since_day", String, primary_key=True),
        Column("known_day", String, primary_key=True),
        Column("numerator", BigInteger, nullable=False),
        Column("denominator", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    Index(name("sums_by_since"), sums.c.since_day)
    Table(
        name("sources"),
        metadata,
        Column("source", String, primary_key=True),
        Column("record", String, nullable=False),
        sqlite_with_rowid=False,
    )
    Table(
        name("cells"),
        metadata,
        Column("indicator", String, primary_key=True),
        Column("unit_id", String, primary_key=True),
        Column("month", String, primary_key=True),
        Column("moves", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
