from datetime import date, timedelta

import pytest

from services.gateway.portal import charts
from services.gateway.portal.pages.entrance import inside
from services.gateway.reporting.counter_report import Point, by_week
from services.gateway.reporting.figures import SCORES, Measure, Tally

MEASURE = Measure(satisfied_scores=(4, 5), least_ballots=5)


def a_point(week, *counts):
    day = date(2021, 6, 14) + timedelta(weeks=week)
    return Point(since=day, until=day, tally=Tally(scores=dict(zip(SCORES, counts, strict=True)), blocks=1))


def test_the_bar_is_laid_end_to_end_from_the_most_satisfied():
    segments = charts.distribution(Tally(scores={1: 1, 2: 1, 3: 2, 4: 3, 5: 3}, blocks=2))
    assert [(it.score, it.start, it.length) for it in segments] == [
        (5, 0.0, 30.0),
        (4, 30.0, 30.0),
        (3, 60.0, 20.0),
        (2, 80.0, 10.0),
        (1, 90.0, 10.0),
    ]


def test_a_bar_of_nothing_has_no_length():
    assert {it.length for it in charts.distribution(Tally())} == {0.0}


def test_a_trend_needs_two_points_with_enough_ballots():
    assert charts.trend([a_point(0, 0, 0, 0, 0, 5), a_point(1, 0, 0, 0, 0, 4)], MEASURE) is None


def test_a_trend_stays_inside_its_frame():
    drawn = charts.trend([a_point(week, week, 0, 0, 5, 5) for week in range(6)], MEASURE)
    assert all(drawn.left <= mark.x <= drawn.right and 0 <= mark.y <= drawn.bottom for mark in drawn.marks)


def test_weeks_begin_on_monday():
    days = {date(2021, 6, 13): Tally(blocks=1), date(2021, 6, 14): Tally(blocks=1), date(2021, 6, 20): Tally(blocks=1)}
    assert [(point.since, point.tally.blocks) for point in by_week(days)] == [
        (date(2021, 6, 7), 1),
        (date(2021, 6, 14), 2),
    ]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/fleet", "/fleet"),
        ("/counter-results?period=all", "/counter-results?period=all"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        (None, "/"),
    ],
)
def test_one_is_only_sent_on_to_addresses_of_ours(asked, given):
    assert inside(asked) == given
