"""Counting working days by a calendar that is data."""

from datetime import date

from services.chassis.working_calendar import WorkingCalendar

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
