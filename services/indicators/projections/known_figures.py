"""What is wanted of an indicator for a target, and what is known of it."""

from dataclasses import dataclass
from datetime import date

from services.indicators.domain.catalogue_events import Aim, Definition
from services.indicators.domain.status import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A figure at the end of a month, counted from the beginning of the year."""

    month: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A reading, and how the figure came there month by month."""

    reading: Reading
    trend: tuple[Point, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An indicator for the units and the year of an aim."""

    code: str
    aim: Aim
    definition: Definition

    @property
    def year_begins(self) -> date:
        """The first day that counts."""
        return date(self.aim.year, 1, 1)

    @property
    def year_ends(self) -> date:
        """The last day that counts."""
        return date(self.aim.year, 12, 31)
