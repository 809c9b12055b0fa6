"""Folding facts into signed, dated sums: a thing's shares after a fact, less its shares before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from services.chassis.domain import InvalidMessage
from services.chassis.projection import Delivery, View
from services.chassis.projection_rows import told as told_in
from services.chassis.upsert import upsert
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.shares import Share
from services.indicators.domain.running.table import shares_of
from services.indicators.projections.row_sets import rows_of
from services.indicators.projections.running_messages import DEFINED, News, news_of
from services.indicators.projections.running_tables import months_of_cell
from services.indicators.projections.uncollected import uncollected

_Where = tuple[str, str, date, date]
_Sums = dict[_Where, tuple[int, int]]


@dataclass(slots=True)
class _Thing:
    """A thing as the batch knows it: its record, and what it adds."""

    record: Any = None
    shares: _Sums = field(default_factory=dict)


@uncollected()
def fold(view: View, batch: Sequence[Delivery], calendar: WorkingCalendar) -> None:
    """Fold a batch, each fact by itself, in order: so the rows do not depend on how the log was cut into batches."""
    _learn(view, batch)
    news = [told for delivery in batch if (told := news_of(delivery.event)) is not None]
    if not news:
        return
    things = _known(view, news)
    sums: dict[tuple[str, str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    moves: Counter[tuple[str, str, str]] = Counter()
    for told in news:
        moved, known_on = _take(things[told.source_id], told, calendar), _iso(told.known_on)
        for (indicator, unit_id, on, since), (numerator, denominator) in moved.items():
            row = sums[indicator, unit_id, _iso(on), _iso(since), known_on]
            row[0] += numerator
            row[1] += denominator
        moves.update({cell for where in moved for cell in _cells(where)})
    _write(view, things, sums, moves)


def _learn(view: View, batch: Sequence[Delivery]) -> None:
    """Keep how indicators are defined to be summed and told, by their newest version."""
    known = {defined.code: defined.versions[-1].definition for _, defined in told_in(batch, DEFINED)}
    rows = [(code, definition.sums, definition.unit) for code, definition in sorted(known.items())]
    upsert(view.connection, view.table("definitions"), rows)


def _take(thing: _Thing, told: News, calendar: WorkingCalendar) -> _Sums:
    """Give by how much the thing's shares changed."""
    record = told.source.after(thing.record, told.fact, calendar)
    if record is None:
        raise InvalidMessage(f"nothing was told of {told.source_id} before")
    after = summed(shares_of(record))
    before, thing.record, thing.shares = thing.shares, record, after
    changes = {where: _less(after.get(where), before.get(where)) for where in {**before, **after}}
    return {where: change for where, change in changes.items() if change != (0, 0)}


def summed(shares: Iterable[Share]) -> _Sums:
    """Add up the shares of one thing that fall in the same place."""
    sums: _Sums = {}
    for share in shares:
        where = (share.indicator, share.unit_id, share.on, share.holds_from)
        numerator, denominator = sums.get(where, (0, 0))
        sums[where] = (numerator + share.numerator, denominator + share.denominator)
    return sums


def _less(after: tuple[int, int] | None, before: tuple[int, int] | None) -> tuple[int, int]:
    more, fewer = after or (0, 0), before or (0, 0)
    return more[0] - fewer[0], more[1] - fewer[1]


def _cells(where: _Where) -> list[tuple[str, str, str]]:
    indicator, unit_id, on, _since = where
    return [(indicator, unit_id, month) for month in months_of_cell(indicator, _iso(on)[:7])]


@lru_cache(maxsize=20_000)
def _iso(day: date) -> str:
    return day.isoformat()


def _known(view: View, news: Sequence[News]) -> dict[str, _Thing]:
    kinds = {told.source_id: told.source.record for told in news}
    table = view.table("sources")
    things = {source_id: _Thing() for source_id in kinds}
    for source_id, text in rows_of(view.connection, table.c.source, sorted(kinds)):
        record: Any = msgspec.json.decode(text, type=kinds[source_id])
        things[source_id] = _Thing(record, summed(shares_of(record)))
    return things


def _write(
    view: View,
    things: dict[str, _Thing],
    sums: dict[tuple[str, str, str, str, str], list[int]],
    moves: Counter[tuple[str, str, str]],
) -> None:
    records = [(source_id, msgspec.json.encode(thing.record).decode()) for source_id, thing in sorted(things.items())]
    upsert(view.connection, view.table("sources"), records)
    rows = [(*where, *row) for where, row in sorted(sums.items())]
    upsert(view.connection, view.table("sums"), rows, adding=("numerator", "denominator"))
    upsert(view.connection, view.table("cells"), [(*cell, n) for cell, n in sorted(moves.items())], adding=("moves",))
