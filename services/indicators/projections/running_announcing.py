"""Running figures as messages: each cell that moved is told with its newest sums, at most once at each look.

What was told is kept apart from the builds: a rebuild counts moves anew, but a cell whose sums are as they were told is
not told again. A figure also moves by itself when a day begins on which something starts to count.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    case,
    func,
    or_,
    select,
    tuple_,
    update,
)

from services.chassis.domain import Refusal, Unavailable
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewMessage
from services.chassis.projection import View
from services.chassis.projector import active_view
from services.chassis.projector.tables import POINTERS, POSITIONS
from services.chassis.upsert import upsert
from services.indicators.domain.periods import last_day
from services.indicators.domain.running.shares import Sums
from services.indicators.projections.running_figures import RunningFigures
from services.indicators.projections.running_tables import LEVEL_MONTH, fits, period_codes, units_of
from services.indicators.projections.running_told import RUNNING_LOOK, RUNNING_TOLD

Fence = Callable[[Connection], None]
Codes = tuple[str, ...]

_MOST = 500
_STALE = -1


class Cell(NamedTuple):
    """An indicator at a unit, in a month; a level has no month of its own."""

    indicator: str
    unit_id: str
    month: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedFigure:
    """A running figure of one unit that is not what it was when it was told last."""

    indicator: str
    unit_id: str
    month: str
    sums: Sums
    as_of: date
    unit: str | None = None
    """In which its indicator is told, where that is data."""


def has_moved(engine: Engine, running: RunningFigures, today: date) -> bool:
    """Tell whether something was read, or a day has begun, since there was nothing left to tell."""
    with engine.connect() as connection:
        return not _looked_at(connection, today, _place(connection, running))


def announce_running(
    engine: Engine,
    store: EventStore,
    running: RunningFigures,
    publish: Callable[[MovedFigure], NewMessage],
    *,
    today: date,
    fence: Fence,
) -> int:
    """Tell what moved since it was told last; give how many cells."""
    with engine.begin() as connection:
        fence(connection)
        try:
            view = active_view(connection, running)
        except Unavailable:
            return 0
        # What is committed while this looks must not count as looked at.
        place = _place(connection, running)
        if _looked_at(connection, today, place):
            return 0
        period = period_codes(view)
        _begin_day(view, period, today)
        due = _due(view, period)
        if not due:
            upsert(connection, RUNNING_LOOK, [(1, today.isoformat(), place)])
            return 0
        now = _sums(view, period, [cell for cell, _ in due], today)
        told = _told(connection, [cell for cell, _ in due])
        new = {cell: sums for cell, sums in sorted(now.items()) if told.get(cell) != sums}
        units = units_of(view, {cell.indicator for cell in new})
        moved = [_moved(cell, sums, units.get(cell.indicator), today) for cell, sums in new.items()]
        if moved:
            _append(store, connection, tuple(publish(figure) for figure in moved))
        upsert(connection, RUNNING_TOLD, [(*cell, moves, *now.get(cell, (None, None))) for cell, moves in due])
        return len(moved)


def _append(store: EventStore, connection: Connection, messages: tuple[NewMessage, ...]) -> None:
    request = AppendRequest(stream="running-figures", expected_version=NO_STREAM, facts=(), messages=messages)
    verdict = store.append_in(connection, [request])[0]
    if isinstance(verdict, Refusal):
        raise verdict


def _looked_at(connection: Connection, today: date, place: str | None) -> bool:
    """Tell whether nothing was read and no day has begun since there was nothing left to tell."""
    look = connection.execute(select(RUNNING_LOOK)).one_or_none()
    return look is not None and place is not None and (look.day, look.place) == (today.isoformat(), place)


def _place(connection: Connection, running: RunningFigures) -> str | None:
    """Name how far the build that readers see has read; it only grows, and another build begins anew."""
    same = and_(POSITIONS.c.projection == POINTERS.c.projection, POSITIONS.c.build == POINTERS.c.build)
    query = (
        select(POINTERS.c.build, func.sum(POSITIONS.c.last_number))
        .select_from(POINTERS.join(POSITIONS, same))
        .where(POINTERS.c.projection == running.name)
        .group_by(POINTERS.c.build)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else f"{row[0]}:{row[1]}"


def _begin_day(view: View, period: Codes, today: date) -> None:
    """Let cells be looked at in which something begins to count today, or since the day of the last look."""
    connection, sums = view.connection, view.table("sums")
    before = connection.execute(select(RUNNING_LOOK.c.day)).scalar()
    if before == today.isoformat():
        return
    upsert(connection, RUNNING_LOOK, [(1, today.isoformat(), None)])
    if before is None:
        return
    first, last = sorted((before, today.isoformat()))
    turned = select(sums.c.indicator, sums.c.unit_id, _month(sums, period)).where(
        sums.c.since_day > first, sums.c.since_day <= last
    )
    key = tuple_(RUNNING_TOLD.c.indicator, RUNNING_TOLD.c.unit_id, RUNNING_TOLD.c.month)
    connection.execute(update(RUNNING_TOLD).where(key.in_(turned.distinct())).values(moves=_STALE))


def _due(view: View, period: Codes) -> list[tuple[Cell, int]]:
    cells = view.table("cells")
    same = and_(*(RUNNING_TOLD.c[name] == cells.c[name] for name in ("indicator", "unit_id", "month")))
    query = (
        select(cells)
        .select_from(cells.outerjoin(RUNNING_TOLD, same))
        .where(fits(cells, period), or_(RUNNING_TOLD.c.moves.is_(None), RUNNING_TOLD.c.moves != cells.c.moves))
        .limit(_MOST)
    )
    return [(Cell(*key), moves) for *key, moves in view.connection.execute(query)]


def _sums(view: View, period: Codes, cells: Sequence[Cell], today: date) -> dict[Cell, Sums]:
    table, wanted = view.table("sums"), set(cells)
    keys = (table.c.indicator, table.c.unit_id, _month(table, period).label("month"))
    places = sorted({cell[:2] for cell in cells})
    query = (
        select(*keys, func.sum(table.c.numerator), func.sum(table.c.denominator))
        .where(tuple_(table.c.indicator, table.c.unit_id).in_(places), table.c.since_day <= today.isoformat())
        .group_by(*keys)
    )
    rows = view.connection.execute(query)
    return {
        cell: Sums(int(numerator), int(denominator))
        for *key, numerator, denominator in rows
        if (cell := Cell(*key)) in wanted
    }


def _told(connection: Connection, cells: Sequence[Cell]) -> dict[Cell, Sums]:
    key = tuple_(RUNNING_TOLD.c.indicator, RUNNING_TOLD.c.unit_id, RUNNING_TOLD.c.month)
    rows = connection.execute(select(RUNNING_TOLD).where(key.in_(cells), RUNNING_TOLD.c.numerator.is_not(None)))
    return {Cell(*row[:3]): Sums(row.numerator, row.denominator) for row in rows}


def _month(sums: Table, period: Codes) -> ColumnElement[str]:
    return case((sums.c.indicator.in_(period), func.substr(sums.c.on_day, 1, 7)), else_=LEVEL_MONTH)


def _moved(cell: Cell, sums: Sums, unit: str | None, today: date) -> MovedFigure:
    month = cell.month or today.isoformat()[:7]
    ends_on = last_day(date.fromisoformat(f"{month}-01"))
    return MovedFigure(
        indicator=cell.indicator,
        unit_id=cell.unit_id,
        month=month,
        sums=sums,
        as_of=min(today, ends_on),
        unit=unit,
    )
