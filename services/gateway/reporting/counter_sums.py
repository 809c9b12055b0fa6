"""What the counter results answer: sums within a scope, whole months read by the month and what is left by the day."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import FromClause, Select, Table, and_, func, select, union_all

from services.chassis.projection import View
from services.gateway.reporting.figures import SCORES, Tally
from services.gateway.reporting.projections.counter_results import SUMS


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Which blocks are asked for: those that closed from `since` to `until`, both included."""

    since: date | None
    until: date
    counted_only: bool = True
    one_stop_id: str | None = None
    field: str | None = None
    family: str = "counter"


def tally_of(view: View, scope: Scope) -> Tally:
    """Sum everything in scope."""
    return _tally(view.connection.execute(_sums_by(view, scope)).one())


def tallies_by_cell(view: View, scope: Scope) -> dict[tuple[str, str, str], Tally]:
    """Sum per (one-stop, field, level)."""
    rows = view.connection.execute(_sums_by(view, scope, "one_stop_id", "field", "level"))
    return {(row.one_stop_id, row.field, row.level): _tally(row) for row in rows}


def tallies_by_day(view: View, scope: Scope) -> dict[tuple[date, bool], Tally]:
    """Sum per day on which blocks closed, and whether the ballots count."""
    rows = view.connection.execute(_summed(view.table("daily"), scope, "closed_on", "counted").order_by("closed_on"))
    return {(row.closed_on, bool(row.counted)): _tally(row) for row in rows}


def reasons_of(view: View, scope: Scope) -> dict[str, int]:
    """Count reasons, the most frequent first."""
    parts = [
        select(table.c.reason, table.c.n).where(_within(table, part))
        for table, part in _parts(view, scope, suffix="_reasons")
    ]
    every = union_all(*parts).subquery()
    count = func.sum(every.c.n).label("ballots")
    query = select(every.c.reason, count).group_by(every.c.reason).order_by(count.desc(), every.c.reason)
    return {row.reason: int(row.ballots) for row in view.connection.execute(query) if row.ballots > 0}


def served_by_one_stop(view: View, scope: Scope) -> dict[str, int]:
    """Sum the people served, per one-stop that said how many."""
    table = view.table("served")
    conditions = [table.c.day <= scope.until]
    if scope.since is not None:
        conditions.append(table.c.day >= scope.since)
    if scope.one_stop_id is not None:
        conditions.append(table.c.one_stop_id == scope.one_stop_id)
    if scope.field is not None:
        conditions.append(table.c.field == scope.field)
    query = select(table.c.one_stop_id, func.sum(table.c.served).label("served")).where(*conditions)
    return {row.one_stop_id: int(row.served) for row in view.connection.execute(query.group_by(table.c.one_stop_id))}


def newest_blocks(view: View, scope: Scope, limit: int) -> list[Any]:
    """Give the newest blocks behind a figure; rows have the columns of the block table."""
    table = view.table("blocks")
    query = select(table).where(_within(table, scope)).order_by(table.c.closed_on.desc(), table.c.block_id)
    return list(view.connection.execute(query.limit(limit)))


def _sums_by(view: View, scope: Scope, *names: str) -> Select[Any]:
    parts = union_all(*(_summed(table, part, *names) for table, part in _parts(view, scope))).subquery()
    return _added(parts, *names).order_by(*names)


def _summed(table: Table, scope: Scope, *names: str) -> Select[Any]:
    return _added(table, *names).where(_within(table, scope))


def _added(rows: FromClause, *names: str) -> Select[Any]:
    keys = [rows.c[name] for name in names]
    sums = [func.coalesce(func.sum(rows.c[name]), 0).label(name) for name in SUMS]
    return select(*keys, *sums).group_by(*keys)


def _parts(view: View, scope: Scope, *, suffix: str = "") -> Iterator[tuple[Table, Scope]]:
    """Cut a scope into its whole months, to be read from what is kept by the month, and the days around them."""
    for span, since, until in spans_of(scope.since, scope.until):
        yield view.table(span + suffix), replace(scope, since=since, until=until)


def spans_of(since: date | None, until: date) -> Iterator[tuple[str, date, date]]:
    """Name which table holds which days of those from `since` to `until`, both included: each day once.

    A month is found in `monthly` under its first day.
    """
    begins = since or date.min
    # Counted from the first day there is, for the day before it and the day after the last are none.
    first = begins.toordinal() + (0 if begins.day == 1 else _days_left(begins) + 1)
    after = until.toordinal() + 1 - (0 if _days_left(until) == 0 else until.day)
    if first >= after:
        yield "daily", begins, until
        return
    for table, day, last in (
        ("daily", begins.toordinal(), first - 1),
        ("monthly", first, after - 1),
        ("daily", after, until.toordinal()),
    ):
        if day <= last:
            yield table, date.fromordinal(day), date.fromordinal(last)


def _days_left(day: date) -> int:
    return monthrange(day.year, day.month)[1] - day.day


def _within(table: Table, scope: Scope) -> Any:
    conditions = [table.c.closed_on <= scope.until, table.c.family == scope.family]
    if scope.since is not None:
        conditions.append(table.c.closed_on >= scope.since)
    if scope.counted_only:
        conditions.append(table.c.counted.is_(True))
    if scope.one_stop_id is not None:
        conditions.append(table.c.one_stop_id == scope.one_stop_id)
    if scope.field is not None:
        conditions.append(table.c.field == scope.field)
    return and_(*conditions)


def _tally(row: Any) -> Tally:
    return Tally(scores={score: int(getattr(row, f"score_{score}")) for score in SCORES}, blocks=int(row.blocks))
