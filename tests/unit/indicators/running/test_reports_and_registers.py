"""What report duties and register entries add, and what every family keeps to."""

from datetime import date
from pathlib import Path

import pytest

from services.indicators.domain.running import table
from services.indicators.domain.running.register_counts import REGISTER_COUNTS
from services.indicators.domain.running.register_entry import Counted, EntryClosed, EntryWritten, entry_after
from services.indicators.domain.running.report_duty import ReportDutyOpened, ReportSubmitted, report_duty_after
from services.indicators.domain.running.reports_on_time import REPORTS_ON_TIME
from services.indicators.domain.running.shares import Shows, value_of
from tests.unit.indicators.running.reckoning import day, read

OPENED = ReportDutyOpened(duty_id="d", unit_id="xa-a", due_on=day(3, 15))
WRITTEN = EntryWritten(
    register="r",
    entry_id="e",
    unit_id="xa-a",
    on=day(2, 1),
    counts=(Counted(indicator="X", numerator=1, denominator=1),),
)


def a_duty(*reports: tuple[date, str]):
    duty = report_duty_after(None, OPENED)
    for on, timeliness in reports:
        duty = report_duty_after(duty, ReportSubmitted(duty_id="d", on=on, timeliness=timeliness))
    return duty


def an_entry(*facts):
    entry = None
    for fact in facts:
        entry = entry_after(entry, fact)
    return entry


def level(entry, until: date) -> tuple[int, int]:
    shares = [share for share in REGISTER_COUNTS.shares(entry) if share.holds_from <= until]
    return sum(share.numerator for share in shares), sum(share.denominator for share in shares)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((), (0, 1)),
        (((day(3, 15), "on_time"),), (1, 1)),
        (((day(3, 16), "late"),), (0, 1)),
        (((day(3, 10), "on_time"), (day(3, 20), "late")), (1, 1)),
        (((day(3, 16), "late"), (day(3, 17), "on_time")), (0, 1)),
    ],
)
def test_the_first_submission_decides(reports, expected):
    assert read(REPORTS_ON_TIME, a_duty(*reports), day(12, 31)) == expected
    assert read(REPORTS_ON_TIME, a_duty(*reports), day(3, 14)) == (0, 0)


def test_an_entry_counts_from_its_day_until_it_is_closed():
    entry = an_entry(WRITTEN, EntryClosed(register="r", entry_id="e", on=day(5, 1)))
    assert [level(entry, at) for at in (day(1, 31), day(2, 1), day(4, 30), day(5, 1))] == [
        (0, 0),
        (1, 1),
        (1, 1),
        (0, 0),
    ]


def test_an_entry_is_valid_through_its_last_day():
    expires = EntryWritten(
        register="r", entry_id="e", unit_id="xa-a", on=day(2, 1), counts=WRITTEN.counts, expires_on=day(4, 30)
    )
    assert [level(an_entry(expires), at) for at in (day(4, 30), day(5, 1))] == [(1, 1), (0, 0)]


def test_an_entry_that_was_closed_before_it_began_never_counts():
    entry = an_entry(WRITTEN, EntryClosed(register="r", entry_id="e", on=day(2, 1)))
    assert level(entry, day(12, 31)) == (0, 0)


def test_facts_about_things_that_nobody_told_of_give_none():
    assert entry_after(None, EntryClosed(register="r", entry_id="e", on=day(5, 1))) is None
    assert report_duty_after(None, ReportSubmitted(duty_id="d", on=day(3, 1), timeliness="late")) is None


@pytest.mark.parametrize(
    ("shown", "sums", "value"),
    [
        (Shows.PERCENT, (1, 4), 25.0),
        (Shows.PERCENT, (0, 0), None),
        (Shows.MEAN, (9, 2), 4.5),
        (Shows.COUNT, (3, 0), 3.0),
    ],
)
def test_nothing_to_divide_by_is_no_value(shown, sums, value):
    assert value_of(shown, *sums) == value


def test_every_file_of_a_family_stands_in_the_table():
    files = Path(table.__file__).parent.glob("*.py")
    defining = {file.stem for file in files if " = Family(" in file.read_text("utf-8")}
    listed = {family.shares.__module__.rpartition(".")[2] for family in table.FAMILIES}
    assert defining == listed


def test_no_indicator_is_told_by_two_families():
    codes = [figure.code for family in table.FAMILIES for figure in family.figures]
    assert len(codes) == len(set(codes))
