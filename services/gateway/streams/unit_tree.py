"""The dated tree of units, as far as the stream log has heard of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec


class Parent(msgspec.Struct, frozen=True):
    """The unit above, from a day until before another; `None` for before the plan, or still."""

    parent_id: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether it stood above on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class UnitTree:
    """Every unit heard of, with the units above it."""

    parents: Mapping[str, tuple[Parent, ...]]

    def knows(self, unit_id: str) -> bool:
        """Say whether a unit was heard of."""
        return unit_id in self.parents

    def above(self, unit_id: str, day: date) -> str | None:
        """Give the unit above another on a day, `None` for none."""
        return next((it.parent_id for it in self.parents[unit_id] if it.holds_on(day)), None)

    def chain(self, unit_id: str, day: date) -> tuple[list[str], str | None]:
        """Give a unit and all above it on a day, as far as they are known, and the first one that is not."""
        known: list[str] = []
        above: str | None = unit_id
        while above is not None and above not in known:
            if not self.knows(above):
                return known, above
            known.append(above)
            above = self.above(above, day)
        return known, None

    def last_chain(self, unit_id: str, day: date) -> list[str]:
        """Give a unit and all above it on a day; above one that stood nowhere then, where it stood last."""
        known: list[str] = []
        above: str | None = unit_id
        while above is not None and above not in known and self.knows(above):
            known.append(above)
            above = self.above(above, day) or self._last_above(above)
        return known

    def tops(self, day: date) -> frozenset[str]:
        """Give the units that others stand under on a day and that stand under none."""
        upper = {above for unit_id in self.parents if (above := self.above(unit_id, day)) is not None}
        return frozenset(unit_id for unit_id in upper if self.knows(unit_id) and self.above(unit_id, day) is None)

    def _last_above(self, unit_id: str) -> str | None:
        stood = [it for it in self.parents[unit_id] if it.valid_to is not None]
        return max(stood, key=lambda it: it.valid_to or date.min).parent_id if stood else None


def tree_of(rows: Iterable[tuple[str, str]]) -> UnitTree:
    """Make the tree of (unit, its parents as JSON)."""
    read = msgspec.json.Decoder(tuple[Parent, ...]).decode
    return UnitTree({unit_id: read(parents) for unit_id, parents in rows})
