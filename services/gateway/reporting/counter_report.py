"""What the counter results say: one report, from which page, API and CSV are made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.gateway.directory.domain.records import UnitRecord
from services.gateway.reporting.counter_sums import (
    Scope,
    newest_blocks,
    reasons_of,
    served_by_one_stop,
    tallies_by_cell,
    tallies_by_day,
)
from services.gateway.reporting.figures import NOTHING, Measure, Response, Tally, total
from services.gateway.reporting.freshness import Freshness, freshness_of
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS
from services.gateway.reporting.projections.questionnaires import QUESTIONNAIRES, Labels, labels_of
from services.gateway.reporting.projections.units import UNITS, units_of
from services.gateway.reporting.read_models import Reading

_BLOCKS_SHOWN = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of a table: a one-stop or a service field, with its sums."""

    key: str
    tally: Tally
    response: Response


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """The ballots of the blocks that closed from `since` to `until`, both included."""

    since: date
    until: date
    tally: Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterReport:
    """Counter results in one scope, at one moment."""

    scope: Scope
    measure: Measure
    tally: Tally
    counted: Tally
    every: Tally
    response: Response
    by_one_stop: tuple[Line, ...]
    by_field: tuple[Line, ...]
    reasons: Mapping[str, int]
    days: Mapping[date, Tally]
    blocks: tuple[Any, ...]
    units: Mapping[str, UnitRecord]
    labels: Labels
    freshness: Freshness


def counter_report(reading: Reading, scope: Scope, measure: Measure) -> CounterReport:
    """Sum what is asked for, and the same with and without the ballots that do not count."""
    view = reading.view(COUNTER_RESULTS)
    # A year of a district is a hundred thousand rows: each further pass over them is felt by whoever waits.
    told = tallies_by_day(view, replace(scope, counted_only=False))
    counted, every = total(it for (_, counts), it in told.items() if counts), total(told.values())
    cells = tallies_by_cell(view, scope)
    served = served_by_one_stop(view, scope)
    by_one_stop = _by_one_stop(cells, served)
    return CounterReport(
        scope=scope,
        measure=measure,
        tally=counted if scope.counted_only else every,
        counted=counted,
        every=every,
        response=_response(by_one_stop),
        by_one_stop=by_one_stop,
        by_field=_by_field(cells),
        reasons=reasons_of(view, scope),
        days=_days(told, counted_only=scope.counted_only),
        blocks=tuple(newest_blocks(view, scope, _BLOCKS_SHOWN)),
        units=units_of(reading.view(UNITS)),
        labels=labels_of(reading.view(QUESTIONNAIRES)),
        freshness=freshness_of(view),
    )


def by_week(days: Mapping[date, Tally]) -> tuple[Point, ...]:
    """Sum days to weeks that begin on Monday."""
    weeks: dict[date, Tally] = {}
    for day, tally in sorted(days.items()):
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, NOTHING) + tally
    return tuple(Point(since=monday, until=monday + timedelta(days=6), tally=it) for monday, it in weeks.items())


def by_day(days: Mapping[date, Tally]) -> tuple[Point, ...]:
    """Give each day on which blocks closed."""
    return tuple(Point(since=day, until=day, tally=tally) for day, tally in sorted(days.items()))


def _days(sums: Mapping[tuple[date, bool], Tally], *, counted_only: bool) -> dict[date, Tally]:
    days: dict[date, Tally] = {}
    for (day, counts), tally in sums.items():
        if counts or not counted_only:
            days[day] = days.get(day, NOTHING) + tally
    return days


def _by_one_stop(cells: Mapping[tuple[str, str, str], Tally], served: Mapping[str, int]) -> tuple[Line, ...]:
    sums: dict[str, Tally] = {}
    for (one_stop_id, _, _), tally in cells.items():
        sums[one_stop_id] = sums.get(one_stop_id, NOTHING) + tally
    return tuple(
        Line(key=key, tally=tally, response=_response_of(tally, served.get(key, 0))) for key, tally in sums.items()
    )


def _by_field(cells: Mapping[tuple[str, str, str], Tally]) -> tuple[Line, ...]:
    sums: dict[str, Tally] = {}
    for (_, field, level), tally in cells.items():
        key = field if level == "cell" else level
        sums[key] = sums.get(key, NOTHING) + tally
    unknown = Response(ballots=0, served=0, one_stops=0)
    return tuple(Line(key=key, tally=tally, response=unknown) for key, tally in sums.items())


def _response_of(tally: Tally, served: int) -> Response:
    return Response(ballots=tally.n, served=served, one_stops=1 if served else 0)


def _response(lines: Iterable[Line]) -> Response:
    said = [line for line in lines if line.response.served]
    return Response(
        ballots=total(line.tally for line in said).n,
        served=sum(line.response.served for line in said),
        one_stops=len(said),
    )
