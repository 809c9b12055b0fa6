"""When a citizen answered, from a tablet whose clock may say anything.

A tablet's monotonic clock is right within one boot; the server's own time, heard in the same boot, turns it into a time
of day. Only without such an anchor does the tablet's wall clock matter, and then only if it can be true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.survey.domain.envelope import Anchor, Capture, Line

DRIFT = 100e-6
"""How far a cheap tablet's quartz runs off, as a share of the time since the anchor."""

WALL_UNCERTAINTY_SECONDS = 900.0
"""What a plausible wall clock is trusted to."""

BOOTS_KEPT = 4
"""Anchors of the newest boots are remembered; older ones matter to nobody who sends in order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """Between which instants an answer must lie, and the newest running clock seen of its boot.

    `not_before` is the newest answer known, which one that comes late may well precede; none precedes `paired_at`.
    """

    not_before: datetime
    not_after: datetime
    paired_at: datetime
    newest_mono_ms: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureTime:
    """An estimate: the instant, and how far off it may be."""

    at: datetime
    uncertainty_seconds: float


def estimate(capture: Capture, anchor: Anchor | None, bounds: Bounds) -> CaptureTime:
    """Estimate when an answer was given: by an anchor of its boot, else its wall clock, else its neighbours."""
    anchor = capture.anchor or anchor
    if anchor is not None and capture.mono_ms is not None:
        return _within(_by_anchor(capture.mono_ms, anchor), bounds)
    if capture.wall is not None and bounds.not_before <= capture.wall <= bounds.not_after:
        return CaptureTime(at=capture.wall, uncertainty_seconds=WALL_UNCERTAINTY_SECONDS)
    return _by_neighbours(capture.mono_ms, bounds)


def _by_anchor(mono_ms: float, anchor: Anchor) -> CaptureTime:
    half_way = anchor.rtt_ms / 2000
    since = (mono_ms - anchor.mono_ms) / 1000
    # A running clock of some hundred years is nonsense; the bounds take care of what comes out of it.
    since = max(-1e9, min(since, 1e9))
    at = anchor.server + timedelta(seconds=half_way + since)
    return CaptureTime(at=at, uncertainty_seconds=round(half_way + abs(since) * DRIFT, 3))


def _within(found: CaptureTime, bounds: Bounds) -> CaptureTime:
    at = max(min(found.at, bounds.not_after), bounds.paired_at)
    off = abs((found.at - at).total_seconds())
    return CaptureTime(at=at, uncertainty_seconds=round(found.uncertainty_seconds + off, 3))


def _by_neighbours(mono_ms: float | None, bounds: Bounds) -> CaptureTime:
    """Take the newest answer of the boot as just given: no later instant is possible, so this is an upper bound."""
    at = bounds.not_after
    if mono_ms is not None and bounds.newest_mono_ms is not None:
        at -= timedelta(milliseconds=min(max(bounds.newest_mono_ms - mono_ms, 0.0), 1e12))
    at = max(at, bounds.not_before)
    return CaptureTime(at=at, uncertainty_seconds=round((at - bounds.not_before).total_seconds(), 3))


def anchors_with(anchors: Mapping[str, Anchor], lines: tuple[Line, ...]) -> dict[str, Anchor]:
    """Add the anchors that lines carry to those known by boot, the newest boots only."""
    known = dict(anchors)
    for line in lines:
        if line.envelope is not None and (anchor := line.envelope.capture.anchor) is not None:
            known.pop(line.envelope.boot_id, None)
            known[line.envelope.boot_id] = anchor
    return dict(list(known.items())[-BOOTS_KEPT:])


def newest_mono(lines: tuple[Line, ...]) -> dict[str, float]:
    """Give the newest running clock of each boot among lines."""
    newest: dict[str, float] = {}
    for line in lines:
        if line.envelope is not None and line.envelope.capture.mono_ms is not None:
            boot = line.envelope.boot_id
            newest[boot] = max(newest.get(boot, 0.0), line.envelope.capture.mono_ms)
    return newest
