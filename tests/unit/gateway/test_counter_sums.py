"""How a span of days is cut into whole months and the days around them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.reporting.counter_sums import spans_of

DAYS = st.dates(date(2019, 12, 1), date(2024, 3, 31))


def days_of(since: date, until: date) -> list[date]:
    return [since + timedelta(days=nth) for nth in range((until - since).days + 1)]


@given(DAYS, DAYS)
def test_every_day_is_in_one_span_and_what_is_read_by_the_month_is_whole_months(one: date, other: date):
    since, until = sorted((one, other))
    spans = list(spans_of(since, until))
    assert [day for _, first, last in spans for day in days_of(first, last)] == days_of(since, until)
    assert all(
        (first.day, (last + timedelta(days=1)).day) == (1, 1) for table, first, last in spans if table == "monthly"
    )
    assert all((last - first).days < 60 for table, first, last in spans if table == "daily")


@pytest.mark.parametrize(
    ("since", "until", "tables"),
    [
        (None, date(2021, 6, 18), ["monthly", "daily"]),
        (None, date.min, ["daily"]),
        (date.min, date.max, ["monthly"]),
        (date(9999, 12, 5), date.max, ["daily"]),
        (date(2021, 6, 18), date(2021, 6, 17), ["daily"]),
    ],
)
def test_the_ends_of_the_calendar_and_an_empty_span_are_no_error(since: date | None, until: date, tables: list[str]):
    assert [table for table, _, _ in spans_of(since, until)] == tables
