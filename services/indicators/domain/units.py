"""Dated units, as far as figures are summed over them. Intervals are half-open: `valid_to` is the first day after."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Parent:
    """A unit above, for a time."""

    parent_id: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Successor:
    """A unit that goes on, wholly or in part, from a day."""

    unit_id: str
    on: date
    relation: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """What rolling up needs of a unit's record; names and codes are left aside."""

    id: str
    kind: str = ""
    parents: tuple[Parent, ...] = field(default=())
    valid_from: date | None = None
    valid_to: date | None = None
    succeeded_by: tuple[Successor, ...] = field(default=())


class Borders(StrEnum):
    """Which borders a figure is read in."""

    THEN = "then"
    """Each ballot counts where it was cast, under the units of its day."""
    NOW = "now"
    """Each ballot counts in the unit that has the place now."""


class Units:
    """A dated tree."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units: Mapping[str, Unit] = {unit.id: unit for unit in units}
        parents = [it for unit in self._units.values() for it in unit.parents]
        self._changes = sorted({day for it in parents for day in (it.valid_from, it.valid_to) if day is not None})

    def epoch_of(self, day: date) -> int:
        """Number the span of days around a day in which no unit comes under another one: places are the same in it."""
        return bisect_right(self._changes, day)

    def parent_on(self, unit_id: str, day: date) -> str | None:
        """Give the unit above on a day."""
        unit = self._units.get(unit_id)
        parents = unit.parents if unit else ()
        return next((it.parent_id for it in parents if _holds(it.valid_from, it.valid_to, day)), None)

    def above_on(self, day: date) -> dict[str, str]:
        """Give the unit above each unit on a day; the topmost stands for itself."""
        return {unit_id: self.parent_on(unit_id, day) or unit_id for unit_id in self._units}

    def ancestors_on(self, unit_id: str, day: date) -> tuple[str, ...]:
        """Give the unit itself and all above it on a day, nearest first."""
        line = [unit_id]
        while (above := self.parent_on(line[-1], day)) is not None and above not in line:
            line.append(above)
        return tuple(line)

    def successor_on(self, unit_id: str, day: date) -> str:
        """Give the unit that has a unit's whole place on a day: itself, or what it was merged into by then.

        A unit whose place was divided has no such successor and stays itself: dividing counted ballots is not possible.
        """
        seen = {unit_id}
        while (unit := self._units.get(unit_id)) is not None:
            taken_over = [it for it in unit.succeeded_by if it.on <= day and it.relation != "territory_divided"]
            if len(taken_over) != 1 or taken_over[0].unit_id in seen:
                return unit_id
            unit_id = taken_over[0].unit_id
            seen.add(unit_id)
        return unit_id

    def place(self, unit_id: str, day: date, *, borders: Borders, today: date) -> tuple[str, ...]:
        """Give the units that a figure of `unit_id` of a day counts for: the unit itself, then those above it."""
        if borders is Borders.THEN:
            return self.ancestors_on(unit_id, day)
        return self.ancestors_on(self.successor_on(unit_id, today), today)


def _holds(valid_from: date | None, valid_to: date | None, day: date) -> bool:
    return (valid_from is None or valid_from <= day) and (valid_to is None or day < valid_to)
