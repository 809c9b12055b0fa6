"""One indicator's figures: month by month, unit by unit, and the official ones beside them."""

from collections.abc import Mapping
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
    told = _counter(sources, asked, unit_id, (since, until)) if code == AT_THE_COUNTER else None
    told = told or _running(sources, (code, definition), asked, unit_id, (since, until))
    kinds = (["running"] if told["series"] or told["total"] else []) + (["official"] if official else [])
    return {**told, "official": official, "sources": [definition.source, *kinds]}


def _running(
    sources: Sources, indicator: tuple[str, Definition], asked: Asked, unit_id: str | None, days: tuple[date, date]
) -> dict[str, Any]:
    code, definition = indicator
    within = None if unit_id is None else frozenset({unit_id})
    scope = Scope(units=sources.units(), within=within, borders=asked.borders, today=asked.today)
    first = None if definition.sums == "stock" else days[0]

    def ask(view: View) -> tuple[Sums | None, list[tuple[str, Sums]], dict[str, Sums]]:
        return (
            figure_of(view, code, scope, since=first, until=days[1], known_until=asked.known_at),
            series_of(view, code, scope, since=days[0], until=days[1], known_until=asked.known_at),
            by_unit(view, code, scope, since=first, until=days[1], known_until=asked.known_at),
        )

    total, series, units = sources.of_running(ask) or (None, [], {})
    names = sources.unit_names(asked.as_of)
    return {
        "total": None if total is None else _point(days[1].isoformat()[:7], total, definition),
        "series": [_point(month, sums, definition) for month, sums in series],
        "units": [_unit(unit, sums, definition, names) for unit, sums in units.items()],
    }


def _counter(sources: Sources, asked: Asked, unit_id: str | None, days: tuple[date, date]) -> dict[str, Any] | None:
    found = sources.satisfaction(unit_id, asked, since=days[0], until=days[1])
    if found is None or found.share is None:
        return None
    month = days[1].isoformat()[:7]
    value = 100 * found.share
    total = {"month": month, "value": value, "numerator": found.satisfied, "denominator": found.n}
    return {"total": total, "series": [], "units": []}


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
