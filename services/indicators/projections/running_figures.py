"""Running figures: what tasks, reports, dossiers and registers add up to, at any day and as known at any day.

A figure of a period is the sum of what falls on its days, holds by its last day, and was known by the day asked for.
A level (overdue tasks, entries of a register) is summed from the beginning.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import MetaData, func, select

from services.chassis.clock import CIVIL_ZONE
from services.chassis.projection import Delivery, TableName, View
from services.indicators.domain.running.scope import TheseUnits
from services.indicators.domain.running.table import VERSION, is_stock
from services.indicators.domain.working_days import WorkingCalendar
from services.indicators.projections.running_fold import fold
from services.indicators.projections.running_messages import TOPICS
from services.indicators.projections.running_tables import define_running


class Sums(NamedTuple):
    """A numerator and a denominator."""

    numerator: int = 0
    denominator: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Add up."""
        return Sums(self.numerator + other.numerator, self.denominator + other.denominator)


class Placing(Protocol):
    """Which units are asked for: `Scope` (a part of the dated tree, borders then or now) or `TheseUnits`."""

    def places(self, unit_id: str, day: date) -> Any:
        """Give the units that a figure of `unit_id` of a day counts for, in scope."""

    def takes(self, unit_id: str, day: date) -> bool:
        """Tell whether it is in scope."""


UnitIds = Collection[str] | Placing | None
"""Units by their ids (exactly these), a `Scope`, or `None` for everything."""


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


def figure_of(
    view: View,
    indicator: str,
    unit_ids: UnitIds = None,
    *,
    since: date | None,
    until: date,
    known_until: datetime | None = None,
) -> Sums | None:
    """Give the sums of a figure from `since` through `until`, `None` where no fact was told: no data is not zero.

    Args:
        view: A build of `RunningFigures`.
        indicator: Its code.
        unit_ids: For which units.
        since: The first day; a level takes no notice of it.
        until: The last day, and the day at which it is read (`as_of`).
        known_until: What was recorded later than the day of this is left out.
    """
    placing = _placing(unit_ids)
    rows = _rows(view, indicator, since=since, until=until, known_until=known_until)
    taken = [row.sums for row in rows if placing.takes(row.unit_id, row.on)]
    return _total(taken) if taken else None


def by_unit(
    view: View,
    indicator: str,
    unit_ids: UnitIds = None,
    *,
    since: date | None,
    until: date,
    known_until: datetime | None = None,
) -> dict[str, Sums]:
    """Give the sums of each unit that has any; with a `Scope`, those above it within the scope too."""
    placing = _placing(unit_ids)
    found: dict[str, Sums] = {}
    for row in _rows(view, indicator, since=since, until=until, known_until=known_until):
        for unit_id in placing.places(row.unit_id, row.on):
            found[unit_id] = found.get(unit_id, Sums()).plus(row.sums)
    return dict(sorted(found.items()))


def series_of(
    view: View,
    indicator: str,
    unit_ids: UnitIds = None,
    *,
    since: date | None,
    until: date,
    known_until: datetime | None = None,
) -> list[tuple[str, Sums]]:
    """Give the sums of each month (`2021-06`) that has any; of a level, how it stood at the end of each month."""
    placing = _placing(unit_ids)
    months: dict[str, Sums] = defaultdict(Sums)
    for row in _rows(view, indicator, since=since, until=until, known_until=known_until):
        if placing.takes(row.unit_id, row.on):
            months[row.month] = months[row.month].plus(row.sums)
    if not is_stock(indicator):
        return sorted(months.items())
    return list(_levels(months, since, until))


class _Row(NamedTuple):
    unit_id: str
    on: date
    month: str
    sums: Sums


def _rows(
    view: View, indicator: str, *, since: date | None, until: date, known_until: datetime | None
) -> Iterator[_Row]:
    table, stock = view.table("sums"), is_stock(indicator)
    month = func.substr(table.c.since_day if stock else table.c.on_day, 1, 7)
    keys = (table.c.unit_id, table.c.on_day, month.label("month"))
    query = select(*keys, func.sum(table.c.numerator), func.sum(table.c.denominator)).where(
        table.c.indicator == indicator, table.c.since_day <= until.isoformat()
    )
    if since is not None and not stock:
        query = query.where(table.c.on_day >= since.isoformat())
    if known_until is not None:
        query = query.where(table.c.known_day <= known_until.astimezone(CIVIL_ZONE).date().isoformat())
    for unit_id, on, in_month, numerator, denominator in view.connection.execute(query.group_by(*keys)):
        yield _Row(unit_id, _day(on), in_month, Sums(int(numerator), int(denominator)))


@lru_cache(maxsize=20_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _levels(months: dict[str, Sums], since: date | None, until: date) -> Iterator[tuple[str, Sums]]:
    if not months:
        return
    level, month = Sums(), date.fromisoformat(f"{min(months)}-01")
    while month <= until:
        name = month.isoformat()[:7]
        level = level.plus(months.get(name, Sums()))
        if since is None or name >= since.isoformat()[:7]:
            yield name, level
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _placing(unit_ids: UnitIds) -> Placing:
    return TheseUnits(unit_ids) if unit_ids is None or isinstance(unit_ids, Collection) else unit_ids


def _total(sums: Sequence[Sums]) -> Sums:
    return Sums(sum(it.numerator for it in sums), sum(it.denominator for it in sums))
