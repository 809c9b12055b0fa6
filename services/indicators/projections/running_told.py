"""The tables of which running figures were told; they outlive the builds of the figures."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table

_METADATA = MetaData()

RUNNING_TOLD = Table(
    "running_told",
    _METADATA,
    Column("indicator", String, primary_key=True),
    Column("unit_id", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("moves", BigInteger, nullable=False),
    Column("numerator", BigInteger),
    Column("denominator", BigInteger),
)
"""How often a cell had moved when it was looked at last, and the sums that were told then; null for none."""

RUNNING_LOOK = Table(
    "running_look",
    _METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("day", String, nullable=False),
    Column("place", String),
)
"""The day of the last look, and how far the build was that left nothing to tell; null where something is left."""
