"""The arithmetic of counter results, from sums of whole blocks. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

SCORES = (1, 2, 3, 4, 5)

_TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """How the counter figure is made; it comes with the tenant pack and is never fixed in code.

    `normal_quantile` belongs to `confidence` (1.96 for 95 %).
    """

    satisfied_scores: tuple[int, ...]
    least_ballots: int
    confidence: float = 0.95
    normal_quantile: float = 1.959964


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval of a share, both between 0 and 1."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Sums over whole blocks: ballots per score, and how many blocks that took."""

    scores: Mapping[int, int] = field(default_factory=lambda: dict.fromkeys(SCORES, 0))
    blocks: int = 0

    @property
    def n(self) -> int:
        """How many ballots stand behind it."""
        return sum(self.scores.values())

    def satisfied(self, measure: Measure) -> int:
        """How many of them are satisfied."""
        return sum(self.scores[score] for score in measure.satisfied_scores)

    def share(self, measure: Measure) -> float | None:
        """The satisfied share between 0 and 1, `None` where there are too few ballots to say one."""
        return self.satisfied(measure) / self.n if self.n >= max(measure.least_ballots, 1) else None

    def interval(self, measure: Measure) -> Interval | None:
        """Wilson's interval of the share."""
        if self.share(measure) is None:
            return None
        return wilson(self.satisfied(measure), self.n, measure.normal_quantile)

    def __add__(self, other: "Tally") -> "Tally":
        """Add up two sums."""
        scores = {score: self.scores[score] + other.scores[score] for score in SCORES}
        return Tally(scores=scores, blocks=self.blocks + other.blocks)


NOTHING = Tally()


def total(tallies: Iterable[Tally]) -> Tally:
    """Add up sums."""
    return sum(tallies, NOTHING)


def wilson(successes: int, n: int, quantile: float) -> Interval:
    """Give Wilson's score interval of `successes` out of `n`; it stays within 0 and 1 and holds for small n."""
    share = successes / n
    widened = 1 + quantile**2 / n
    middle = (share + quantile**2 / (2 * n)) / widened
    reach = quantile * sqrt(share * (1 - share) / n + quantile**2 / (4 * n**2)) / widened
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def percent(share: float) -> Decimal:
    """Write a share as percent with one decimal, halves up."""
    return (Decimal(repr(share)) * 100).quantize(_TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """Ballots held against people served, over the one-stops that said how many they served.

    `rate` is `None` where nobody said, or where more ballots than people would make it nonsense.
    """

    ballots: int
    served: int
    one_stops: int

    @property
    def rate(self) -> float | None:
        """Ballots per person served, between 0 and 1."""
        return self.ballots / self.served if self.served and self.ballots <= self.served else None
