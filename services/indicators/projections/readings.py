"""What is known of an indicator for the units and the year of a target: the official figure, or the running one."""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from services.chassis.projection import View
from services.indicators.domain.catalogue_events import Aim
from services.indicators.domain.figures import wilson
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.running.shares import Sums
from services.indicators.domain.scales import ratio
from services.indicators.domain.status import Kind, Lack, Reading
from services.indicators.domain.units import Borders, Units
from services.indicators.projections.known_figures import Known, Point, Wanted
from services.indicators.projections.official_readings import divided, official_of
from services.indicators.projections.reading_sources import Asked, Sources
from services.indicators.projections.running_figures import read_figure
from services.indicators.projections.satisfaction import satisfied_percent

AT_THE_COUNTER = "SAT_COUNTER"
"""Told by released blocks of ballots, with n and interval."""

AUTOMATIC = frozenset({"tasks", "one_stop", "register", "kiosk"})
"""Sources that nobody measures by hand."""


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
        else _preferred(it, official_of(it, official), known, asked)
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
    found = read_figure(view, wanted.code, scope, since=wanted.year_begins, until=until, known_until=asked.known_at)
    if not found.rows:
        return Known(reading=_nothing(wanted))
    trend = _trend(found.months() if found.level else _so_far(found.months()), _ratio_in(wanted.definition.unit))
    reading = Reading(
        kind=Kind.RUNNING,
        value=trend[-1].value,
        numerator=trend[-1].numerator,
        denominator=trend[-1].denominator,
        since=wanted.year_begins,
        until=until,
        lack=None,
    )
    return Known(reading=divided(reading), trend=trend)


def scope_of(aim: Aim, units: Units, asked: Asked) -> Scope:
    """Give the part of the tree that an aim is for: its members, or its one unit, with all below.

    In the borders of now these are the units that have the places now of all that were in it on the day.
    """
    within = frozenset(aim.scope.members or (aim.scope.unit_id,))
    if asked.borders is Borders.NOW:
        then = [it for it in units.above_on(asked.as_of) if within.intersection(units.ancestors_on(it, asked.as_of))]
        within |= {units.successor_on(unit_id, asked.today) for unit_id in then}
    return Scope(units=units, within=within, borders=asked.borders, today=asked.today)


def _so_far(months: Iterable[tuple[str, Sums]]) -> list[tuple[str, Sums]]:
    names, sums = zip(*months, strict=True)
    return list(zip(names, accumulate(sums, Sums.plus), strict=True))


def _trend(months: Iterable[tuple[str, Sums]], value: Callable[[Sums], float | None]) -> tuple[Point, ...]:
    return tuple(
        Point(month=month, value=value(sums), numerator=sums.numerator, denominator=sums.denominator)
        for month, sums in months
    )


def _ratio_in(unit: str) -> Callable[[Sums], float | None]:
    return lambda sums: ratio(sums.numerator, sums.denominator, unit)


def _counter(sources: Sources, wanted: Wanted, units: Units, asked: Asked) -> Known:
    until = min(asked.as_of, wanted.year_ends)
    # A group of all is told by all counters: the district's own one-stop stands in no group.
    within = None if wanted.aim.scope.members else scope_of(wanted.aim, units, asked).within
    scope = Scope(units=units, within=within, borders=asked.borders, today=asked.today)
    found = sources.satisfaction(scope, asked, since=wanted.year_begins, until=until)
    value = satisfied_percent(found.total) if found else None
    if found is None or value is None:
        return Known(reading=_nothing(wanted))
    satisfied, n = found.total
    interval = wilson(satisfied, n)
    reading = Reading(
        kind=Kind.RUNNING,
        value=value,
        numerator=satisfied,
        denominator=n,
        since=wanted.year_begins,
        until=until,
        n=n,
        interval=(100 * interval.low, 100 * interval.high),
        lack=None,
    )
    return Known(reading=reading, trend=_trend(_so_far(found.months.items()), satisfied_percent))
