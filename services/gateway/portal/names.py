"""Names for what services call by ids and codes, in the reader's language, as they were on the day shown."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import g

from services.chassis.domain import Unavailable
from services.gateway.directory.domain.records import UnitRecord, holds_on, name_on
from services.gateway.portal.formats import Language
from services.gateway.portal.site import Site
from services.gateway.reporting.projections.units import UNITS, display_name, units_of

UnitName = Callable[[str | None], str]


def units_now(site: Site) -> dict[str, UnitRecord]:
    """Give every unit's record, looked up once for this request; none while the read model is being made."""
    if "units" not in g:
        g.units = _read_units(site)
    units: dict[str, UnitRecord] = g.units
    return units


def _read_units(site: Site) -> dict[str, UnitRecord]:
    try:
        with site.read_models.reading() as reading:
            return units_of(reading.view(UNITS))
    except Unavailable:
        return {}


def unit_name(site: Site, day: date) -> UnitName:
    """Give what names a unit as it was called on a day; several units keep the order in which they are named."""
    units = units_now(site)
    return lambda unit_id: display_name(units, unit_id, day) if unit_id else ""


def units_to_choose(units: dict[str, UnitRecord], day: date) -> list[tuple[str, str]]:
    """Give the units of the district on a day by id and name: the divisions first, then the communes."""
    chosen = [it for it in units.values() if it.kind in _WORKING_KINDS and holds_on(it, day)]
    ordered = sorted(chosen, key=lambda it: (_WORKING_KINDS.index(it.kind), name_on(it, day)))
    return [(it.id, name_on(it, day)) for it in ordered]


_WORKING_KINDS = ("district", "one_stop", "department", "township", "commune")


def told(item: Any, name: str, language: Language) -> str:
    """Give a text that a service wrote in both languages; the other one where it is missing. It begins as a sentence."""
    other = "en" if language == "vi" else "vi"
    text = str(item.get(f"{name}_{language}") or item.get(f"{name}_{other}") or "")
    return text[:1].upper() + text[1:]
