from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.survey.domain.capture import BOOTS_KEPT, Bounds, anchors_with, estimate, newest_mono
from services.survey.domain.envelope import Anchor, Capture, Envelope, Kind, Line

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
PAIRED = NOW - timedelta(days=1)
BOUNDS = Bounds(not_before=PAIRED, not_after=NOW, paired_at=PAIRED, newest_mono_ms=90_000.0)
ANCHOR = Anchor(server=NOW - timedelta(minutes=10), mono_ms=10_000.0, rtt_ms=40.0)


def test_an_anchor_of_the_same_boot_beats_the_wall_clock():
    found = estimate(Capture(mono_ms=70_000.0, wall=NOW, anchor=ANCHOR), None, BOUNDS)
    assert found.at == NOW - timedelta(minutes=9) + timedelta(milliseconds=20)
    assert found.uncertainty_seconds == pytest.approx(0.026)


def test_an_anchor_heard_later_in_the_boot_dates_what_came_before_it():
    found = estimate(Capture(mono_ms=4_000.0, wall=None, anchor=None), ANCHOR, BOUNDS)
    assert found.at == NOW - timedelta(minutes=10, seconds=6) + timedelta(milliseconds=20)


def test_without_an_anchor_a_plausible_wall_clock_is_believed():
    wall = NOW - timedelta(hours=3)
    found = estimate(Capture(mono_ms=70_000.0, wall=wall, anchor=None), None, BOUNDS)
    assert (found.at, found.uncertainty_seconds) == (wall, 900.0)


@pytest.mark.parametrize("year", [1970, 2050])
def test_an_impossible_wall_clock_leaves_the_neighbours(year):
    wall = datetime(year, 1, 1, tzinfo=UTC)
    found = estimate(Capture(mono_ms=30_000.0, wall=wall, anchor=None), None, BOUNDS)
    assert found.at == NOW - timedelta(seconds=60)
    assert found.uncertainty_seconds == pytest.approx(86_340.0)


def test_nothing_at_all_is_dated_by_its_arrival():
    found = estimate(Capture(mono_ms=None, wall=None, anchor=None), None, BOUNDS)
    assert (found.at, found.uncertainty_seconds) == (NOW, 86_400.0)


def test_no_answer_is_dated_after_its_arrival():
    found = estimate(Capture(mono_ms=1e9, wall=None, anchor=ANCHOR), None, BOUNDS)
    assert found.at == NOW
    assert found.uncertainty_seconds > 99_000


def test_no_answer_is_dated_before_its_tablet_was_paired():
    ancient = replace(ANCHOR, server=datetime(2001, 1, 1, tzinfo=UTC))
    found = estimate(Capture(mono_ms=70_000.0, wall=None, anchor=ancient), None, BOUNDS)
    assert found.at == PAIRED
    assert found.uncertainty_seconds > (PAIRED - ancient.server).total_seconds() - 100


def test_an_answer_that_comes_late_may_be_older_than_the_newest_known():
    bounds = replace(BOUNDS, not_before=NOW - timedelta(minutes=1))
    found = estimate(Capture(mono_ms=70_000.0, wall=None, anchor=ANCHOR), None, bounds)
    assert found.at < bounds.not_before


@pytest.mark.parametrize("mono_ms", [1e308, -1e308])
def test_a_senseless_running_clock_breaks_nothing(mono_ms):
    assert estimate(Capture(mono_ms=mono_ms, wall=None, anchor=ANCHOR), None, BOUNDS).at <= NOW
    assert estimate(Capture(mono_ms=mono_ms, wall=None, anchor=None), None, BOUNDS).at <= NOW


def a_line(boot: str, mono_ms: float | None, anchor: Anchor | None) -> Line:
    envelope = Envelope(
        entry_id="e",
        device_id="d",
        boot_id=boot,
        seq=1,
        prev="0" * 64,
        kind=Kind.CAST,
        ballot_id="b",
        capture=Capture(mono_ms=mono_ms, wall=None, anchor=anchor),
    )
    return Line(raw=b"", sha256="", envelope=envelope, entry_id="e", seq=1, prev=None)


def test_anchors_are_kept_for_the_newest_boots():
    lines = tuple(a_line(f"boot-{nth}", 1.0, ANCHOR) for nth in range(BOOTS_KEPT + 2))
    assert list(anchors_with({}, lines)) == [f"boot-{nth}" for nth in range(2, BOOTS_KEPT + 2)]


def test_the_newest_running_clock_is_per_boot():
    lines = (a_line("a", 5.0, None), a_line("b", 9.0, None), a_line("a", 7.0, None), a_line("c", None, None))
    assert newest_mono(lines) == {"a": 7.0, "b": 9.0}
