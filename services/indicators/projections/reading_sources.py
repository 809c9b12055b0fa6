"""Where figures are read from: official measurements, running figures, counter results, and the dated units."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Row, select

from services.chassis.clock import CIVIL_ZONE
from services.chassis.live_reads import ReadModel
from services.chassis.projection import View
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.units import Borders, Units
from services.indicators.projections.catalogue import CATALOGUE
from services.indicators.projections.measurements import MEASUREMENTS, published_rows
from services.indicators.projections.running_figures import RunningFigures
from services.indicators.projections.satisfaction import SATISFACTION, Satisfied, satisfied_of
from services.indicators.projections.units import UnitsView, read_units


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """For which day figures are asked, as known at what time, in which borders, and on which day."""

    as_of: date
    known_at: datetime
    borders: Borders
    today: date


class _Name(msgspec.Struct, frozen=True):
    name: str
    valid_from: date | None = None
    valid_to: date | None = None


class _Unit(msgspec.Struct, frozen=True):
    id: str
    names_vi: tuple[_Name, ...] = ()
    name_en: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitName:
    """A unit's name in both languages, on a day."""

    vi: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Every read model that figures are told from. What is not built yet tells nothing."""

    own: ReadModel
    folder: ReadModel
    running: RunningFigures
    units_view: UnitsView
    satisfied_scores: tuple[int, ...]

    def catalogue(self, ask: Callable[[View], Any]) -> Any:
        """Ask definitions, targets and registers; `None` where there are none yet."""
        return self.own(CATALOGUE, ask)

    def published(self, indicators: Iterable[str], asked: Asked, *, since: date, until: date) -> list[Row[Any]]:
        """Give the official measurements whose periods end in some days, as known then, the newest period last."""
        rows = self.own(
            MEASUREMENTS,
            lambda view: published_rows(view, indicators, since=since, until=until, known_until=asked.known_at),
        )
        day = asked.as_of.isoformat()
        return [row for row in rows or () if row.until <= day or row.published_on <= day]

    def of_running(self, ask: Callable[[View], Any]) -> Any:
        """Ask the running figures; `None` where there are none yet."""
        return self.folder(self.running, ask)

    def units(self) -> Units:
        """Give the dated tree."""
        found = self.folder(self.units_view, read_units)
        return found if isinstance(found, Units) else Units(())

    def unit_names(self, day: date) -> Mapping[str, UnitName]:
        """Give every unit's name on a day."""
        found = self.folder(self.units_view, lambda view: _names(view, day))
        return found or {}

    def satisfaction(self, scope: Scope, asked: Asked, *, since: date, until: date) -> Satisfied | None:
        """Give the released counter satisfaction of a scope, `None` where nothing was released."""
        known_on = asked.known_at.astimezone(CIVIL_ZONE).date()
        last = min(until, known_on)
        found: Satisfied | None = self.own(
            SATISFACTION, lambda view: satisfied_of(view, scope, self.satisfied_scores, since=since, until=last)
        )
        return found


def _names(view: View, day: date) -> dict[str, UnitName]:
    records = view.connection.scalars(select(view.table("units").c.record)).all()
    return {unit.id: _name(unit, day) for unit in (msgspec.json.decode(it, type=_Unit) for it in records)}


def _name(unit: _Unit, day: date) -> UnitName:
    on_day = (
        it.name for it in unit.names_vi if (it.valid_from or day) <= day and (it.valid_to is None or day < it.valid_to)
    )
    vi = next(on_day, unit.names_vi[0].name if unit.names_vi else unit.id)
    return UnitName(vi=vi, en=unit.name_en or vi)
