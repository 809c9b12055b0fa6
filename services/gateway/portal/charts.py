"""Geometry of the portal's charts. Templates draw it as SVG; no text is drawn that a table does not say too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.gateway.reporting.counter_report import Point
from services.gateway.reporting.figures import SCORES, Measure, Tally

TREND_WIDTH = 440.0
TREND_HEIGHT = 190.0

_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, 10.0, 12.0, 28.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One score's part of the bar, in percent of its length."""

    score: int
    start: float
    length: float
    count: int
    share: float


def distribution(tally: Tally) -> tuple[Segment, ...]:
    """Lay the five scores end to end, from the most satisfied to the least."""
    segments, start = [], 0.0
    for score in reversed(SCORES):
        share = tally.scores[score] / tally.n if tally.n else 0.0
        segments.append(Segment(score, round(start * 100, 3), round(share * 100, 3), tally.scores[score], share))
        start += share
    return tuple(segments)


def whisker_floor(tallies: Iterable[Tally], measure: Measure) -> int:
    """Where the scale of a table's intervals begins, in percent: half way when all of them lie above it."""
    reaches = [interval for tally in tallies if (interval := tally.interval(measure)) is not None]
    return 50 if reaches and min(interval.low for interval in reaches) >= 0.5 else 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the trend: where it stands, and what it stands for."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A line of shares with the band of their intervals. `scale` are the heights of the lines at 0, 25, … %."""

    line: str
    band: str
    marks: tuple[Mark, ...]
    scale: tuple[tuple[int, float], ...]
    width: float = TREND_WIDTH
    height: float = TREND_HEIGHT
    left: float = _LEFT
    right: float = TREND_WIDTH - _RIGHT
    bottom: float = TREND_HEIGHT - _BOTTOM


def trend(points: Sequence[Point], measure: Measure) -> Trend | None:
    """Draw the points that have enough ballots; `None` when fewer than two have."""
    shown = [point for point in points if point.tally.share(measure) is not None]
    if len(shown) < 2:
        return None
    lowest = _lowest(shown, measure)
    across = _spread(shown)
    marks = tuple(
        Mark(x, _height(share, lowest), point)
        for x, point in zip(across, shown, strict=True)
        if (share := point.tally.share(measure)) is not None
    )
    ends = [(x, interval) for x, it in zip(across, shown, strict=True) if (interval := it.tally.interval(measure))]
    upper = [f"{x:.1f},{_height(interval.high, lowest):.1f}" for x, interval in ends]
    lower = [f"{x:.1f},{_height(interval.low, lowest):.1f}" for x, interval in reversed(ends)]
    step = 25 if lowest < 50 else 10
    return Trend(
        line=" ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in marks),
        band=" ".join((*upper, *lower)),
        marks=marks,
        scale=tuple((percent, _height(percent / 100, lowest)) for percent in range(lowest, 101, step)),
    )


def _lowest(points: Sequence[Point], measure: Measure) -> int:
    return whisker_floor((point.tally for point in points), measure)


def _spread(points: Sequence[Point]) -> list[float]:
    first, last = points[0].since.toordinal(), points[-1].since.toordinal()
    room = TREND_WIDTH - _LEFT - _RIGHT - 8
    return [_LEFT + 4 + room * (point.since.toordinal() - first) / (last - first) for point in points]


def _height(share: float, lowest: int) -> float:
    room = TREND_HEIGHT - _TOP - _BOTTOM
    return round(_TOP + room * (1 - (share * 100 - lowest) / (100 - lowest)), 1)
