"""What benches share: interleaved pairs, processor time of everything a bench started, and JSON lines.

A bench module has `main()`. It measures ours and the peer in turn with `interleaved`, and prints each figure as one
JSON line with exactly the keys of `FIGURE_KEYS`. What does not fit a line goes to standard error.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAIRS = 5
"""The fewest interleaved pairs that a comparison is made of."""

FIGURE_KEYS = ("bench", "figure", "value", "unit", "peer", "peer_value", "ratio", "goal", "met")

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One run: how much was done, in how long, for how much processor time of the whole process tree."""

    items: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Items per second."""
        return self.items / self.seconds

    @property
    def cpu_microseconds_per_item(self) -> float:
        """Processor time of an item, client and server together."""
        return self.cpu_seconds / self.items * 1e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Pairs of runs, ours and the peer's in turn."""

    ours: tuple[Sample, ...]
    peer: tuple[Sample, ...]

    @property
    def ratios(self) -> list[float]:
        """Our rate over the peer's, pair by pair."""
        return [ours.rate / peer.rate for ours, peer in zip(self.ours, self.peer, strict=True)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """What a figure has to reach; the limits that are given all have to hold."""

    ratio_at_least: float | None = None
    ratio_at_most: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def met(self, value: float, ratio: float | None) -> bool:
        """Tell whether a figure reaches the goal."""
        limits = (
            (self.at_least, value, 1),
            (self.at_most, value, -1),
            (self.ratio_at_least, ratio, 1),
            (self.ratio_at_most, ratio, -1),
        )
        return all(
            actual is not None and (actual - limit) * sign >= 0 for limit, actual, sign in limits if limit is not None
        )

    def __str__(self) -> str:
        words = (
            ("ratio >= ", self.ratio_at_least),
            ("ratio <= ", self.ratio_at_most),
            (">= ", self.at_least),
            ("<= ", self.at_most),
        )
        return ", ".join(f"{word}{limit:g}" for word, limit in words if limit is not None)


def measured(work: Callable[[], int]) -> Sample:
    """Run `work`, which gives how many items it did."""
    cpu, started = cpu_seconds(), time.perf_counter()
    items = work()
    return Sample(items=items, seconds=time.perf_counter() - started, cpu_seconds=cpu_seconds() - cpu)


def interleaved(ours: Callable[[], Sample], peer: Callable[[], Sample], *, pairs: int = PAIRS) -> Comparison:
    """Run ours and the peer in turn, after one pair that is not counted."""
    ours(), peer()
    runs = [(ours(), peer()) for _ in range(pairs)]
    return Comparison(ours=tuple(mine for mine, _ in runs), peer=tuple(theirs for _, theirs in runs))


def cpu_seconds(root: int | None = None) -> float:
    """Give the processor time so far of a process (ours by default) and of all that it started, ended ones included."""
    return sum(_ticks(pid) for pid in _tree(root or os.getpid())) / _TICKS_PER_SECOND


def report(  # noqa: PLR0913 - the keys of a line
    bench: str,
    figure: str,
    value: float,
    unit: str,
    *,
    peer: str | None = None,
    peer_value: float | None = None,
    ratio: float | None = None,
    goal: Goal | None = None,
) -> None:
    """Print one figure; `ratio` is value over peer unless it was measured pair by pair."""
    if ratio is None and peer_value:
        ratio = value / peer_value
    met = None if goal is None else goal.met(value, ratio)
    line = (bench, figure, _short(value), unit, peer, _short(peer_value), _short(ratio), goal and str(goal), met)
    print(json.dumps(dict(zip(FIGURE_KEYS, line, strict=True)), ensure_ascii=False), flush=True)


def report_comparison(
    bench: str, figure: str, unit: str, comparison: Comparison, *, peer: str, goal: Goal | None = None
) -> None:
    """Print medians of rates with the median ratio of the pairs, processor time per item, and the ratio's spread."""
    ours, theirs = comparison.ours, comparison.peer
    report(
        bench,
        figure,
        _median([sample.rate for sample in ours]),
        unit,
        peer=peer,
        peer_value=_median([sample.rate for sample in theirs]),
        ratio=_median(comparison.ratios),
        goal=goal,
    )
    report(
        bench,
        f"{figure}, processor time of client and server",
        _median([sample.cpu_microseconds_per_item for sample in ours]),
        "µs/item",
        peer=peer,
        peer_value=_median([sample.cpu_microseconds_per_item for sample in theirs]),
    )
    low, high = min(comparison.ratios), max(comparison.ratios)
    note(f"{bench}: {figure}: ratio of {len(ours)} pairs from {low:.2f} to {high:.2f}")


def note(text: str) -> None:
    """Say something that is no figure."""
    print(text, file=sys.stderr, flush=True)


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        # A process may end while it is looked at.
        with suppress(FileNotFoundError, ProcessLookupError):
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11:15]))
