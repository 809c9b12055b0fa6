"""The tables of the running figures.

| Table | Row per | Holds |
|---|---|---|
| `sums` | indicator, unit, the day it falls on, the day it holds from, the day it became known | signed numerators and denominators |
| `sources` | task, report duty, dossier, register entry | what was last said of it, so that a later fact takes back what it replaces |
| `cells` | indicator, unit, month | how often it moved: what there may be to announce |
| `definitions` | indicator | whether it is defined as a sum of a period or as a level, and its unit |

How a register's count is summed is data, which may come after the entries that it counts. So the cells of such an
indicator are kept both by month and as a level, and readers take those that fit.
"""

from collections.abc import Collection

from sqlalchemy import BigInteger, Column, ColumnElement, Index, MetaData, String, Table, and_, or_, select

from services.chassis.projection import TableName, View
from services.indicators.domain.running.table import FIGURES

LEVEL_MONTH = ""
"""The month of a cell that is a level at a day and not a sum of a month."""

PERIOD = "period"
"""How a definition says that an indicator is a sum of a period."""


def define_running(metadata: MetaData, name: TableName) -> None:
    """Declare the tables."""
    sums = Table(
        name("sums"),
        metadata,
        *_key("indicator", "unit_id", "on_day", "since_day", "known_day"),
        Column("numerator", BigInteger, nullable=False),
        Column("denominator", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    Index(name("sums_by_since"), sums.c.since_day)
    record = Column("record", String, nullable=False)
    Table(name("sources"), metadata, *_key("source"), record, sqlite_with_rowid=False)
    moves = Column("moves", BigInteger, nullable=False)
    Table(name("cells"), metadata, *_key("indicator", "unit_id", "month"), moves, sqlite_with_rowid=False)
    definition = (Column("sums", String, nullable=False), Column("unit", String, nullable=False))
    Table(name("definitions"), metadata, *_key("indicator"), *definition, sqlite_with_rowid=False)


def _key(*names: str) -> list[Column[str]]:
    return [Column(name, String, primary_key=True) for name in names]


def months_of_cell(indicator: str, month: str) -> tuple[str, ...]:
    """Give the months under which an indicator's cells are kept that fall in a month."""
    if indicator not in FIGURES:
        return LEVEL_MONTH, month
    return (LEVEL_MONTH if FIGURES[indicator].stock else month,)


def is_level(view: View, indicator: str) -> bool:
    """Tell whether an indicator is a level at a day; a register's count is one until it is defined as a sum of a period."""
    if indicator in FIGURES:
        return FIGURES[indicator].stock
    table = view.table("definitions")
    return view.connection.scalar(select(table.c.sums).where(table.c.indicator == indicator)) != PERIOD


def period_codes(view: View) -> tuple[str, ...]:
    """Give the indicators that are sums of a period."""
    table = view.table("definitions")
    defined = view.connection.scalars(select(table.c.indicator).where(table.c.sums == PERIOD))
    codes = {code for code, figure in FIGURES.items() if not figure.stock}
    return tuple(sorted(codes.union(code for code in defined if code not in FIGURES)))


def units_of(view: View, indicators: Collection[str]) -> dict[str, str]:
    """Give the units in which indicators are defined to be told, where they are defined."""
    table = view.table("definitions")
    query = select(table.c.indicator, table.c.unit).where(table.c.indicator.in_(sorted(indicators)))
    return {row.indicator: row.unit for row in view.connection.execute(query)}


def fits(cells: Table, period: tuple[str, ...]) -> ColumnElement[bool]:
    """Take the cells of months of those that are sums of a period, and of the others their levels."""
    of_period, level = cells.c.indicator.in_(period), cells.c.month == LEVEL_MONTH
    return or_(and_(of_period, ~level), and_(~of_period, level))
