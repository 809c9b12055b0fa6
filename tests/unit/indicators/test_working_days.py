"""Counting working days by a calendar that is data."""

from datetime import date

from services.indicators.bootstrap import read_calendar, read_rules
from services.indicators.domain.working_days import WorkingCalendar

FRIDAY = date(2021, 6, 18)


def test_what_came_on_friday_is_older_than_five_working_days_on_the_monday_after_next():
    calendar = WorkingCalendar()
    assert calendar.newest_older_than(date(2021, 6, 27), 5) < FRIDAY
    assert calendar.newest_older_than(date(2021, 6, 28), 5) >= FRIDAY


def test_days_off_do_not_count():
    calendar = WorkingCalendar(days_off=frozenset({date(2021, 6, 21)}))
    assert calendar.newest_older_than(date(2021, 6, 28), 5) < FRIDAY
    assert calendar.newest_older_than(date(2021, 6, 29), 5) >= FRIDAY


def test_a_moved_working_saturday_counts():
    calendar = WorkingCalendar(moved_working_days=frozenset({date(2021, 6, 19)}))
    assert calendar.newest_older_than(date(2021, 6, 25), 5) >= FRIDAY


def test_the_calendar_of_a_pack_is_read():
    calendar = read_calendar(
        {
            "working_week": {"days": ["Monday", "Tuesday"]},
            "days_off": [{"date": "2021-09-02", "off": True}],
            "working_days_moved": [{"date": "2021-09-04"}],
        }
    )
    assert calendar.weekdays == {0, 1}
    assert not calendar.is_working(date(2021, 9, 2))
    assert calendar.is_working(date(2021, 9, 4))


def test_the_rules_of_a_pack_are_read_and_what_it_leaves_out_is_the_default():
    rules = read_rules({"k": 3, "levels": ["cell", "unit"], "note": "as decided"})
    assert (rules.k, rules.longest_agreement, rules.above("cell"), rules.above("unit")) == (3, 6, "unit", None)
