"""One indicator's figures: month by month, unit by unit, and the official ones beside them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row

from services.chassis.projection import View
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.running.shares import Sums
from services.indicators.domain.scales import ratio
from services.indicators.projections.reading_sources import Asked, Sources, UnitName
from services.indicators.projections.readings import AT_THE_COUNTER
from services.indicators.projections.running_figures import read_figure
from services.indicators.projections.satisfaction import satisfied_percent


def figures_of(
    sources: Sources, indicator: Mapping[str, Any], asked: Asked, *, unit_id: str | None, since: date, until: date
) -> dict[str, Any]:
    """Tell an indicator's figures from `since` through `until`, of a unit and all below it, or of all.

    Args:
        sources: Where figures are read from.
        indicator: Its `code` and `definition`.
        asked: For which day, as known when, in which borders.
        unit_id: The unit; `None` for all.
        since: The first day.
        until: The last day.
    """
    code, definition = str(indicator["code"]), indicator["definition"]
    official = [_official(row) for row in sources.published((code,), asked, since=since, until=date.max)]
    if unit_id is not None:
        official = [it for it in official if it["unit_id"] == unit_id]
    within = None if unit_id is None else frozenset({unit_id})
    scope = Scope(units=sources.units(), within=within, borders=asked.borders, today=asked.today)
    at_the_counter = code == AT_THE_COUNTER
    read = (_counter if at_the_counter else _running)(sources, code, scope, asked, (since, until))
    value = satisfied_percent if at_the_counter else partial(_ratio, unit=definition.unit)
    kinds = (["running"] if read.total else []) + (["official"] if official else [])
    names = sources.unit_names(asked.as_of)
    return {
        "total": None if read.total is None else _point(until.isoformat()[:7], read.total, value),
        "series": [_point(month, sums, value) for month, sums in read.months],
        "units": [_unit(unit, sums, value, names) for unit, sums in read.units.items()],
        "official": official,
        "sources": [definition.source, *kinds],
    }


class _Read(NamedTuple):
    total: Sums | None = None
    months: Sequence[tuple[str, Sums]] = ()
    units: Mapping[str, Sums] = MappingProxyType({})


Days = tuple[date, date]
Value = Callable[[Sums], float | None]


def _running(sources: Sources, code: str, scope: Scope, asked: Asked, days: Days) -> _Read:
    def ask(view: View) -> _Read:
        found = read_figure(view, code, scope, since=days[0], until=days[1], known_until=asked.known_at)
        return _Read(found.total(), found.months(), found.units())

    return sources.of_running(ask) or _Read()


def _counter(sources: Sources, _code: str, scope: Scope, asked: Asked, days: Days) -> _Read:
    found = sources.satisfaction(scope, asked, since=days[0], until=days[1])
    return _Read(found.total, tuple(found.months.items()), found.units) if found else _Read()


def _ratio(sums: Sums, unit: str) -> float | None:
    return ratio(sums.numerator, sums.denominator, unit)


def _point(month: str, sums: Sums, value: Value) -> dict[str, Any]:
    return {"month": month, "value": value(sums), "numerator": sums.numerator, "denominator": sums.denominator}


def _unit(unit_id: str, sums: Sums, value: Value, names: Mapping[str, UnitName]) -> dict[str, Any]:
    name = names.get(unit_id, UnitName(vi=unit_id, en=unit_id))
    counts = {"numerator": sums.numerator, "denominator": sums.denominator, "value": value(sums)}
    return {"unit_id": unit_id, "name_vi": name.vi, "name_en": name.en, **counts}


def _official(row: Row[Any]) -> dict[str, Any]:
    same = ("measurement_id", "unit_id", "period", "value", "numerator", "denominator", "published_on", "reason")
    document = msgspec.json.decode(row.document) if row.document else None
    return {**{name: getattr(row, name) for name in same}, "replaces": row.replaces, "document": document}
