"""Geometry of lines of months: the sparkline of a board's row and the chart of a page, each with its target."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

SPARK_WIDTH, SPARK_HEIGHT = 150.0, 48.0
CHART_WIDTH, CHART_HEIGHT = 720.0, 280.0

_SPARK_EDGE = 5.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 16.0, 14.0, 34.0
_MOST_RULES = 5


@dataclass(frozen=True, slots=True)
class Month:
    """What a figure was at the end of a month, written 2021-06; `None` where there was no figure."""

    month: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Dot:
    """Where a month stands on a chart."""

    x: float
    y: float
    month: str
    value: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A drawn line. `parts` are its unbroken stretches, `rules` the heights of round values, `goal` that of the target."""

    width: float
    height: float
    parts: tuple[str, ...]
    dots: tuple[Dot, ...]
    goal: float | None
    rules: tuple[tuple[float, float], ...] = ()
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    @property
    def end(self) -> Dot:
        """The newest month."""
        return self.dots[-1]


@dataclass(frozen=True, slots=True)
class _Frame:
    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return round(self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top), 1)

    def x(self, at: int, count: int) -> float:
        return round(self.left + (self.right - self.left) * (at / (count - 1) if count > 1 else 1.0), 1)


def sparkline(months: Sequence[Month], goal: float | None) -> Line | None:
    """Draw the way here, small; `None` where no month has a figure."""
    values = [it.value for it in months if it.value is not None]
    if not values:
        return None
    low, high = _reach([*values, *([] if goal is None else [goal])])
    frame = _Frame(_SPARK_EDGE, SPARK_WIDTH - _SPARK_EDGE, _SPARK_EDGE, SPARK_HEIGHT - _SPARK_EDGE, low, high)
    dots = _dots(months, frame)
    return Line(
        width=SPARK_WIDTH,
        height=SPARK_HEIGHT,
        parts=_parts(months, dots),
        dots=dots,
        goal=None if goal is None else frame.y(goal),
    )


def chart(months: Sequence[Month], goal: float | None, *, within: tuple[float, float] | None = None) -> Line | None:
    """Draw the way here with a scale of round values; `within` bounds it, such as 0 and 100 for shares, where none is beyond."""
    values = [it.value for it in months if it.value is not None]
    if len(values) < 2:
        return None
    rules = _round_values([*values, *([] if goal is None else [goal])], within)
    frame = _Frame(_LEFT + 8, CHART_WIDTH - _RIGHT, _TOP, CHART_HEIGHT - _BOTTOM, rules[0], rules[-1])
    dots = _dots(months, frame)
    return Line(
        width=CHART_WIDTH,
        height=CHART_HEIGHT,
        parts=_parts(months, dots),
        dots=dots,
        goal=None if goal is None else frame.y(goal),
        rules=tuple((value, frame.y(value)) for value in rules),
        left=_LEFT,
        right=CHART_WIDTH - _RIGHT,
        bottom=CHART_HEIGHT - _BOTTOM,
    )


def _dots(months: Sequence[Month], frame: _Frame) -> tuple[Dot, ...]:
    return tuple(
        Dot(frame.x(at, len(months)), frame.y(it.value), it.month, it.value)
        for at, it in enumerate(months)
        if it.value is not None
    )


def _parts(months: Sequence[Month], dots: Sequence[Dot]) -> tuple[str, ...]:
    """Break the line where a month has no figure: nothing is drawn that nobody measured."""
    place = {it.month: at for at, it in enumerate(months)}
    stretches: list[list[Dot]] = [[dots[0]]]
    for before, dot in pairwise(dots):
        if place[dot.month] - place[before.month] > 1:
            stretches.append([])
        stretches[-1].append(dot)
    return tuple(" ".join(f"{dot.x},{dot.y}" for dot in stretch) for stretch in stretches if len(stretch) > 1)


def _reach(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    spare = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return low - spare, high + spare


def _round_values(values: Sequence[float], within: tuple[float, float] | None) -> list[float]:
    """Give the round values that span all others, a handful of them."""
    low, high = min(values), max(values)
    if within is not None and not within[0] <= low <= high <= within[1]:
        within = None
    if low == high:
        low, high = low - 1, high + 1
    rough = (high - low) / (_MOST_RULES - 1)
    size = 10.0 ** floor(log10(rough))
    step = next(size * many for many in (1, 2, 2.5, 5, 10) if size * many >= rough)
    first, last = floor(low / step), ceil(high / step)
    rules = [round(at * step, 6) for at in range(first, last + 1)]
    return rules if within is None else [it for it in rules if within[0] <= it <= within[1]]
