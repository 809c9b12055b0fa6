"""For which units a figure of a unit counts: a scope of the dated tree, in the borders of then or of now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from services.indicators.domain.units import Borders, Units


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Takes in some units and all below them; `None` takes in everything."""

    units: Units
    within: frozenset[str] | None = None
    borders: Borders = Borders.THEN
    today: date
    _lines: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)

    def places(self, unit_id: str, day: date) -> Iterable[str]:
        """Give the units that a figure of `unit_id` of a day counts for: the unit first, then those above, in scope."""
        line = self._line(unit_id, day)
        if self.within is None:
            return line
        inside = [at for at, unit in enumerate(line) if unit in self.within]
        return line[: inside[-1] + 1] if inside else ()

    def takes(self, unit_id: str, day: date) -> bool:
        """Tell whether a figure of `unit_id` of a day is in scope."""
        return self.within is None or bool(self.places(unit_id, day))

    def _line(self, unit_id: str, day: date) -> tuple[str, ...]:
        at = (unit_id, self.units.epoch_of(day))
        if at not in self._lines:
            self._lines[at] = self.units.place(unit_id, day, borders=self.borders, today=self.today)
        return self._lines[at]
