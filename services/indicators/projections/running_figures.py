"""Running figures: what tasks, reports, dossiers and registers add up to, at any day and as known at any day.

A figure of a period is the sum of what falls on its days, holds by its last day, and was known by the day asked for.
A level (overdue tasks, valid certificates) is summed from the beginning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, reduce
from typing import NamedTuple

from sqlalchemy import MetaData, func, select

from services.chassis.clock import CIVIL_ZONE
from services.chassis.projection import Delivery, TableName, View
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.periods import months_of
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.running.shares import Sums, added
from services.indicators.domain.running.table import VERSION
from services.indicators.projections.running_fold import fold
from services.indicators.projections.running_messages import TOPICS
from services.indicators.projections.running_tables import define_running, is_level


class RunningFigures:
    """The read model, in the folder's database."""

    name = "running_figures"
    version = VERSION
    topics: tuple[str, ...] = TOPICS

    def __init__(self, calendar: WorkingCalendar) -> None:
        """Reckon working days by `calendar`."""
        self._calendar = calendar

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the tables."""
        define_running(metadata, name)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch."""
        fold(view, batch, self._calendar)


class Row(NamedTuple):
    """What a unit's facts of a day add in a month: of a level, the month from which they hold."""

    unit_id: str
    on: date
    month: str
    sums: Sums


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningFigure:
    """What was read of one figure: it is added up in all, month by month and unit by unit."""

    rows: tuple[Row, ...]
    scope: Scope
    since: date
    until: date
    level: bool
    """Whether it is a level at a day; otherwise it is a sum of a period."""

    def total(self) -> Sums | None:
        """Add up everything; `None` where no fact was told: no data is not zero."""
        return reduce(Sums.plus, (row.sums for row in self.rows)) if self.rows else None

    def months(self) -> list[tuple[str, Sums]]:
        """Give the sums of each month (`2021-06`) that has any; of a level, how it stood at the end of each month."""
        found = added((row.month, row.sums) for row in self.rows)
        return list(self._levels(found)) if self.level and found else list(found.items())

    def units(self) -> dict[str, Sums]:
        """Give the sums of each unit that has any, and of those above it within the scope."""
        return added((place, row.sums) for row in self.rows for place in self.scope.places(row.unit_id, row.on))

    def _levels(self, found: dict[str, Sums]) -> Iterator[tuple[str, Sums]]:
        level, first = Sums(), self.since.isoformat()[:7]
        for month in months_of(date.fromisoformat(f"{min(found)}-01"), self.until):
            name = month.isoformat()[:7]
            level = level.plus(found.get(name, Sums()))
            if name >= first:
                yield name, level


def read_figure(
    view: View, indicator: str, scope: Scope, *, since: date, until: date, known_until: datetime
) -> RunningFigure:
    """Read a figure of a scope from `since` through `until`.

    Args:
        view: A build of `RunningFigures`.
        indicator: Its code.
        scope: For which units, in which borders.
        since: The first day; the sums of a level go back to the beginning all the same.
        until: The last day, and the day at which it is read (`as_of`).
        known_until: What was recorded later than the day of this is left out.
    """
    level = is_level(view, indicator)
    rows = _rows(view, indicator, since=None if level else since, until=until, known_until=known_until)
    taken = tuple(row for row in rows if scope.takes(row.unit_id, row.on))
    return RunningFigure(rows=taken, scope=scope, since=since, until=until, level=level)


def _rows(view: View, indicator: str, *, since: date | None, until: date, known_until: datetime) -> Iterator[Row]:
    table = view.table("sums")
    month = func.substr(table.c.since_day if since is None else table.c.on_day, 1, 7)
    keys = (table.c.unit_id, table.c.on_day, month.label("month"))
    query = select(*keys, func.sum(table.c.numerator), func.sum(table.c.denominator)).where(
        table.c.indicator == indicator,
        table.c.since_day <= until.isoformat(),
        table.c.known_day <= known_until.astimezone(CIVIL_ZONE).date().isoformat(),
    )
    if since is not None:
        query = query.where(table.c.on_day >= since.isoformat())
    for unit_id, on, in_month, numerator, denominator in view.connection.execute(query.group_by(*keys)):
        yield Row(unit_id, _day(on), in_month, Sums(int(numerator), int(denominator)))


@lru_cache(maxsize=20_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)
