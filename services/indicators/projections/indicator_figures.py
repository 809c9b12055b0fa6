"""One indicator's figures: month by month, unit by unit, and the official ones beside them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from services.chassis.projection import View
from services.indicators.domain.catalogue_events import Definition
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.scales import ratio
from services.indicators.projections.reading_sources import Asked, Sources, UnitName
from services.indicators.projections.readings import AT_THE_COUNTER
from services.indicators.projections.running_figures import Sums, by_unit, figure_of, series_of


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
    tell = _counter if code == AT_THE_COUNTER else _running
    told = tell(sources, (code, definition), scope, asked, (since, until))
    kinds = (["running"] if told["series"] or told["total"] else []) + (["official"] if official else [])
    return {**told, "official": official, "sources": [definition.source, *kinds]}


Indicator = tuple[str, Definition]
Days = tuple[date, date]


def _running(sources: Sources, indicator: Indicator, scope: Scope, asked: Asked, days: Days) -> dict[str, Any]:
    code, definition = indicator
    first = None if definition.sums == "stock" else days[0]

    def ask(view: View) -> tuple[Sums | None, list[tuple[str, Sums]], dict[str, Sums]]:
        return (
            figure_of(view, code, scope, since=first, until=days[1], known_until=asked.known_at),
            series_of(view, code, scope, since=days[0], until=days[1], known_until=asked.known_at),
            by_unit(view, code, scope, since=first, until=days[1], known_until=asked.known_at),
        )

    total, series, units = sources.of_running(ask) or (None, [], {})
    return _told(sources, definition, asked, total, series, units)


def _counter(sources: Sources, indicator: Indicator, scope: Scope, asked: Asked, days: Days) -> dict[str, Any]:
    found = sources.satisfaction(scope, asked, since=days[0], until=days[1])
    if found is None:
        return _told(sources, indicator[1], asked, None, [], {})
    months = [(month, Sums(*share)) for month, share in found.months.items()]
    units = {unit_id: Sums(*share) for unit_id, share in found.units.items()}
    return _told(sources, indicator[1], asked, Sums(*found.total), months, units)


def _told(
    sources: Sources,
    definition: Definition,
    asked: Asked,
    total: Sums | None,
    series: Sequence[tuple[str, Sums]],
    units: Mapping[str, Sums],
) -> dict[str, Any]:
    names = sources.unit_names(asked.as_of)
    return {
        "total": None if total is None else _point(asked.as_of.isoformat()[:7], total, definition),
        "series": [_point(month, sums, definition) for month, sums in series],
        "units": [_unit(unit, sums, definition, names) for unit, sums in units.items()],
    }


def _point(month: str, sums: Sums, definition: Definition) -> dict[str, Any]:
    value = ratio(sums.numerator, sums.denominator, definition.unit)
    return {"month": month, "value": value, "numerator": sums.numerator, "denominator": sums.denominator}


def _unit(unit_id: str, sums: Sums, definition: Definition, names: Mapping[str, UnitName]) -> dict[str, Any]:
    name = names.get(unit_id, UnitName(vi=unit_id, en=unit_id))
    value = ratio(sums.numerator, sums.denominator, definition.unit)
    counts = {"numerator": sums.numerator, "denominator": sums.denominator, "value": value}
    return {"unit_id": unit_id, "name_vi": name.vi, "name_en": name.en, **counts}


def _official(row: Row[Any]) -> dict[str, Any]:
    same = ("measurement_id", "unit_id", "period", "value", "numerator", "denominator", "published_on", "reason")
    document = msgspec.json.decode(row.document) if row.document else None
    return {**{name: getattr(row, name) for name in same}, "replaces": row.replaces, "document": document}
