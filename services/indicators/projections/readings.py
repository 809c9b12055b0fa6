"""What is known of an indicator for the units and the year of a target: the official figure, or the running one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from services.chassis.projection import View
from services.indicators.domain.catalogue_events import Aim, Definition, Document
from services.indicators.domain.figures import wilson
from services.indicators.domain.periods import period_of
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.scales import ratio
from services.indicators.domain.status import Kind, Lack, Reading
from services.indicators.domain.units import Borders, Units
from services.indicators.projections.reading_sources import Asked, Sources
from services.indicators.projections.running_figures import Sums, series_of

AT_THE_COUNTER = "SAT_COUNTER"
"""Told by released blocks of ballots, with n and interval."""

AUTOMATIC = frozenset({"tasks", "one_stop", "register", "kiosk"})
"""Sources that nobody measures by hand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A figure at the end of a month, counted from the beginning of the year."""

    month: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A reading, and how the figure came there month by month."""

    reading: Reading
    trend: tuple[Point, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An indicator for the units and the year of an aim."""

    code: str
    aim: Aim
    definition: Definition

    @property
    def year_begins(self) -> date:
        """The first day that counts."""
        return date(self.aim.year, 1, 1)

    @property
    def year_ends(self) -> date:
        """The last day that counts."""
        return date(self.aim.year, 12, 31)


def read_known(sources: Sources, wanted: Sequence[Wanted], asked: Asked) -> list[Known]:
    """Give what is known of each, in order; each read model is asked once for all of them."""
    if not wanted:
        return []
    begins, ends = min(it.year_begins for it in wanted), max(it.year_ends for it in wanted)
    official = sources.published({it.code for it in wanted}, asked, since=begins, until=ends)
    units = sources.units()
    running = sources.of_running(lambda view: [_running(view, it, units, asked) for it in wanted])
    told = running or [Known(reading=_nothing(it)) for it in wanted]
    return [
        _counter(sources, it, units, asked)
        if it.code == AT_THE_COUNTER
        else _preferred(it, _official(it, official), known, asked)
        for it, known in zip(wanted, told, strict=True)
    ]


def _preferred(wanted: Wanted, official: Known | None, running: Known, asked: Asked) -> Known:
    if official is None:
        return running
    if running.reading.lack is not None:
        return official
    reading, so_far = official.reading, min(asked.as_of, wanted.year_ends)
    covers = reading.since is not None and reading.since <= wanted.year_begins
    return official if covers and reading.until and reading.until >= so_far and reading.lack is None else running


def _nothing(wanted: Wanted) -> Reading:
    automatic = wanted.definition.source in AUTOMATIC
    return Reading(lack=Lack.NOTHING_RECORDED if automatic else Lack.NOTHING_PUBLISHED)


def _running(view: View, wanted: Wanted, units: Units, asked: Asked) -> Known:
    until = min(asked.as_of, wanted.year_ends)
    if until < wanted.year_begins:
        return Known(reading=_nothing(wanted))
    scope = scope_of(wanted.aim, units, asked)
    months = series_of(view, wanted.code, scope, since=wanted.year_begins, until=until, known_until=asked.known_at)
    if not months:
        return Known(reading=_nothing(wanted))
    trend = _cumulated(months, wanted.definition)
    reading = Reading(
        kind=Kind.RUNNING,
        value=trend[-1].value,
        numerator=trend[-1].numerator,
        denominator=trend[-1].denominator,
        since=wanted.year_begins,
        until=until,
        lack=None,
    )
    return Known(reading=_divided(reading), trend=trend)


def scope_of(aim: Aim, units: Units, asked: Asked) -> Scope:
    """Give the part of the tree that an aim is for: its members, or its one unit, with all below.

    In the borders of now these are the units that have the places now of all that were in it on the day.
    """
    within = frozenset(aim.scope.members or (aim.scope.unit_id,))
    if asked.borders is Borders.NOW:
        then = [it for it in units.above_on(asked.as_of) if within.intersection(units.ancestors_on(it, asked.as_of))]
        within |= {units.successor_on(unit_id, asked.today) for unit_id in then}
    return Scope(units=units, within=within, borders=asked.borders, today=asked.today)


def _cumulated(months: Iterable[tuple[str, Sums]], definition: Definition) -> tuple[Point, ...]:
    points, total = [], Sums()
    for month, sums in months:
        total = sums if definition.sums == "stock" else total.plus(sums)
        value = ratio(total.numerator, total.denominator, definition.unit)
        points.append(Point(month=month, value=value, numerator=total.numerator, denominator=total.denominator))
    return tuple(points)


def _official(wanted: Wanted, rows: Sequence[Row[Any]]) -> Known | None:
    mine = [row for row in rows if row.indicator == wanted.code and row.until[:4] == str(wanted.aim.year)]
    whole = [row for row in mine if row.unit_id in {wanted.aim.scope.unit_id, wanted.aim.owner_unit_id}]
    if whole:
        readings = [_reading_of(row) for row in whole]
        latest = max(readings, key=lambda it: (it.until or date.min, -(it.since or date.min).toordinal()))
        return Known(reading=latest, trend=tuple(_point(it) for it in readings))
    parts = [row for row in mine if row.unit_id in wanted.aim.scope.members]
    return Known(reading=_summed(wanted, parts)) if parts else None


def _summed(wanted: Wanted, rows: Sequence[Row[Any]]) -> Reading:
    latest = max(rows, key=lambda row: (row.until, row.period)).period
    parts = [row for row in rows if row.period == latest]
    counts = [(row.numerator, row.denominator) for row in parts if row.numerator is not None]
    numerator, denominator = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    value = ratio(numerator, denominator, wanted.definition.unit)
    units = len(wanted.aim.scope.members)
    period = period_of(latest)
    return _divided(
        Reading(
            kind=Kind.OFFICIAL,
            value=value,
            numerator=numerator,
            denominator=denominator,
            since=period.since if period else None,
            until=period.until if period else None,
            period=latest,
            units_known=len(parts),
            units=units,
            lack=Lack.UNITS_MISSING if len(parts) < units else None,
        )
    )


def _reading_of(row: Row[Any]) -> Reading:
    period = period_of(row.period)
    return _divided(
        Reading(
            kind=Kind.OFFICIAL,
            value=row.value,
            numerator=row.numerator,
            denominator=row.denominator,
            since=period.since if period else None,
            until=period.until if period else None,
            period=row.period,
            document=msgspec.json.decode(row.document, type=Document) if row.document else None,
            lack=None,
        )
    )


def _divided(reading: Reading) -> Reading:
    undivided = reading.value is None and reading.lack is None
    return replace(reading, lack=Lack.NOTHING_TO_DIVIDE_BY) if undivided else reading


def _point(reading: Reading) -> Point:
    month = (reading.until or date.min).isoformat()[:7]
    return Point(month=month, value=reading.value, numerator=reading.numerator, denominator=reading.denominator)


def _counter(sources: Sources, wanted: Wanted, units: Units, asked: Asked) -> Known:
    until = min(asked.as_of, wanted.year_ends)
    # A group of all is told by all counters: the district's own one-stop stands in no group.
    within = None if wanted.aim.scope.members else scope_of(wanted.aim, units, asked).within
    scope = Scope(units=units, within=within, borders=asked.borders, today=asked.today)
    found = sources.satisfaction(scope, asked, since=wanted.year_begins, until=until)
    if found is None or found.total.value is None:
        return Known(reading=_nothing(wanted))
    total = found.total
    interval = wilson(total.satisfied, total.n)
    reading = Reading(
        kind=Kind.RUNNING,
        value=total.value,
        numerator=total.satisfied,
        denominator=total.n,
        since=wanted.year_begins,
        until=until,
        n=total.n,
        interval=(100 * interval.low, 100 * interval.high),
        lack=None,
    )
    months = [(month, Sums(share.satisfied, share.n)) for month, share in found.months.items()]
    return Known(reading=reading, trend=_cumulated(months, wanted.definition))
