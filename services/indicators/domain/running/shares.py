"""What one thing (a task, a dossier …) adds to a figure, and how a family of figures is described. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple


class Sums(NamedTuple):
    """A numerator and a denominator."""

    numerator: int = 0
    denominator: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Add up."""
        return Sums(self.numerator + other.numerator, self.denominator + other.denominator)


class Share(NamedTuple):
    """What one thing adds to one indicator, once it is so.

    `on` decides two things for good: into which period it falls, and in whose borders (then) it counts. `since` is the
    day from which it holds, `on` itself where nothing is said: a dossier received in May and solved on time in June adds
    to the on-time numerator of May, but not before June.
    """

    indicator: str
    unit_id: str
    on: date
    numerator: int = 0
    denominator: int = 0
    since: date | None = None

    @property
    def holds_from(self) -> date:
        """Give the day from which it counts, never before the day on which it falls."""
        return self.on if self.since is None else max(self.on, self.since)


class Shows(StrEnum):
    """What is made of numerator and denominator."""

    PERCENT = "percent"
    MEAN = "mean"
    COUNT = "count"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """How an indicator is summed: `stock` is a level at a day (summed from the beginning), otherwise a sum of a period."""

    code: str
    shows: Shows = Shows.PERCENT
    stock: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """One or more indicators told from one kind of thing.

    `shares` says what a thing adds as it stands now. The folder books the difference between what it adds now and what
    it added before, so a later fact takes back by itself what it replaces. Raise `version` when `shares` changes what it
    says: the figures are then built anew beside the old ones.
    """

    source: type
    figures: tuple[Figure, ...]
    shares: Callable[[Any], Iterable[Share]]
    version: int = 1


def added(parts: Iterable[tuple[str, Sums]]) -> dict[str, Sums]:
    """Add up what has the same name, in order of the names."""
    found: dict[str, Sums] = defaultdict(Sums)
    for name, sums in parts:
        found[name] = found[name].plus(sums)
    return dict(sorted(found.items()))


def value_of(shown: Shows, numerator: int, denominator: int) -> float | None:
    """Work out the value of sums, `None` where nothing can be divided by: no data is not zero."""
    if shown is Shows.COUNT:
        return float(numerator)
    if denominator <= 0:
        return None
    return (100 * numerator if shown is Shows.PERCENT else numerator) / denominator


def day_after(day: date) -> date:
    """Give the next civil day."""
    return day + timedelta(days=1)
