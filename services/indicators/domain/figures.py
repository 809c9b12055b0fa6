"""The arithmetic of released figures: sums of whole blocks, shares with their interval, response rates."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt

NORMAL_QUANTILE_95 = 1.959963984540054
"""Half-width of a 95 % interval in standard deviations."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """An interval of a share, both ends between 0 and 1."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """Counts per score and reason over whole blocks. Corrections may make a count of a coarse leaf negative."""

    scores: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    blocks: int = 0

    @property
    def n(self) -> int:
        """Give the number of ballots."""
        return sum(self.scores.values())

    def satisfied(self, satisfied_scores: Iterable[int]) -> int:
        """Count the satisfied; which scores those are comes with the questionnaire's scale."""
        return sum(self.scores[score] for score in satisfied_scores)

    def plus(self, other: "Sums") -> "Sums":
        """Add up two sums."""
        return Sums(
            scores=_added(self.scores, other.scores),
            reasons=_added(self.reasons, other.reasons),
            blocks=self.blocks + other.blocks,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Satisfaction:
    """A satisfied share that is always told with its n and interval. `None`: nothing to tell it from."""

    n: int
    satisfied: int
    share: float | None
    interval: Interval | None


def satisfaction(sums: Sums, satisfied_scores: Iterable[int]) -> Satisfaction:
    """Work out the satisfied share of sums."""
    n, satisfied = sums.n, sums.satisfied(satisfied_scores)
    # Corrections that are booked above the cells can leave parts that are no number of people by themselves.
    if n <= 0 or not 0 <= satisfied <= n:
        return Satisfaction(n=n, satisfied=satisfied, share=None, interval=None)
    return Satisfaction(n=n, satisfied=satisfied, share=satisfied / n, interval=wilson(satisfied, n))


def wilson(successes: int, n: int, quantile: float = NORMAL_QUANTILE_95) -> Interval:
    """Give Wilson's score interval of a share; it holds for small n and stays within 0 and 1."""
    share, square = successes / n, quantile**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = quantile * sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    return Interval(low=max(0.0, middle - reach), high=min(1.0, middle + reach))


def response_rate(n: int, served: int | None) -> float | None:
    """Give ballots per served person, `None` where the number served is unknown: unknown is not zero."""
    return n / served if served else None


def _added(left: Counter, right: Counter) -> Counter:  # type: ignore[type-arg]
    total = Counter(left)
    total.update(right)
    return total
