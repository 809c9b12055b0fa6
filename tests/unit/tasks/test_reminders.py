"""When somebody is reminded, which days are worked, and how things are called."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.testing.given_when_then import Specification
from services.chassis.working_calendar import read_working_calendar
from services.tasks.adapters.file_types import media_type_of
from services.tasks.domain import names, notice
from services.tasks.domain.errors import UnknownNotice
from services.tasks.domain.notice import RULES, TASK, Awaited
from services.tasks.domain.report_events import NoticeAcknowledged
from services.tasks.domain.working_days import DayRule, WorkingDays
from tests.support.indicators import PACK
from tests.unit.tasks.facts import DUE, ROLLED, TET, at

the_notice = Specification(notice.INITIAL, notice.evolve)
BY_CODE = {rule.code: rule for rule in RULES}
AWAITED = Awaited(
    about=TASK, name="viec-1", unit_id="xa-a", due_on=DUE, due_on_rolled=ROLLED, known_on=date(2021, 1, 14)
)


@pytest.mark.parametrize(
    ("rule", "first"),
    [("task_due_in_7", date(2021, 2, 10)), ("task_due_today", ROLLED), ("task_overdue_1", date(2021, 2, 18))],
)
def test_a_rule_reminds_from_its_day_on_counted_from_the_rolled_deadline(rule: str, first: date) -> None:
    assert notice.reminder_of(AWAITED, BY_CODE[rule], at(first - timedelta(days=1))) is None
    reminder = notice.reminder_of(AWAITED, BY_CODE[rule], at(first + timedelta(days=40)))
    assert reminder is not None
    assert (reminder.on, reminder.due_on) == (first, DUE)


def test_a_rule_about_reports_reminds_of_no_task() -> None:
    assert notice.reminder_of(AWAITED, BY_CODE["report_due_today"], at(date(2021, 6, 1))) is None


def test_what_was_late_when_it_became_known_is_only_said_to_be_late() -> None:
    known = Awaited(
        about=TASK, name="viec-1", unit_id="xa-a", due_on=DUE, due_on_rolled=ROLLED, known_on=date(2021, 6, 18)
    )
    codes = [rule.code for rule in RULES if notice.reminder_of(known, rule, at(date(2021, 6, 18)))]
    assert codes == ["task_overdue_1", "task_overdue_7", "task_overdue_30"]
    reminder = notice.reminder_of(known, BY_CODE["task_overdue_1"], at(date(2021, 6, 18)))
    assert reminder is not None
    assert reminder.on == date(2021, 6, 18)


def test_a_reminder_is_recorded_once_and_acknowledged_once() -> None:
    reminder = notice.reminder_of(AWAITED, BY_CODE["task_due_today"], at(ROLLED))
    assert reminder is not None
    the_notice.given().when(notice.remind, reminder).then(reminder)
    the_notice.given(reminder).when(notice.remind, reminder).then_nothing()
    seen = NoticeAcknowledged(on=ROLLED, by="anna", at=at(ROLLED))
    the_notice.given(reminder).when(notice.acknowledge, by="anna", at=at(ROLLED)).then(seen)
    the_notice.given(reminder, seen).when(notice.acknowledge, by="ba", at=at(ROLLED)).then_nothing()
    the_notice.given().when(notice.acknowledge, by="anna", at=at(ROLLED)).then_refused(UnknownNotice)


def test_every_rule_has_a_code_of_its_own_and_words_in_both_languages() -> None:
    assert len(BY_CODE) == len(RULES)
    assert all(rule.text_vi and rule.text_en for rule in RULES)


def test_plan_53s_thirty_days_end_in_the_tet_holiday_and_roll_to_the_seventeenth() -> None:
    days = read_working_calendar(PACK, WorkingDays)
    due_on = days.after(date(2021, 1, 14), 30, DayRule.CALENDAR)
    assert due_on == DUE
    assert days.rolled(due_on, DayRule.CALENDAR) == DUE
    assert days.rolled(due_on, DayRule.CALENDAR_ROLLED) == ROLLED
    assert days.after(date(2021, 2, 9), 1, DayRule.WORKING) == ROLLED
    assert days.rolled(None, DayRule.WORKING) is None


def test_a_working_day_that_was_moved_to_a_saturday_is_worked() -> None:
    days = WorkingDays(moved_working_days=frozenset({date(2021, 2, 20)}))
    assert days.rolled(date(2021, 2, 20), DayRule.CALENDAR_ROLLED) == date(2021, 2, 20)
    assert days.rolled(date(2021, 2, 21), DayRule.CALENDAR_ROLLED) == date(2021, 2, 22)


@given(day=st.dates(date(2021, 1, 1), date(2021, 12, 31)), count=st.integers(0, 60))
def test_counted_working_days_end_on_a_working_day_never_before_as_many_days_of_the_calendar(
    day: date, count: int
) -> None:
    end = TET.after(day, count, DayRule.WORKING)
    assert end >= day + timedelta(days=count)
    assert count == 0 or TET.is_working(end)
    assert sum(TET.is_working(day + timedelta(days=n)) for n in range(1, (end - day).days + 1)) == count


@pytest.mark.parametrize(
    ("written", "name"), [("53/KH-UBND", "53-kh-ubnd"), ("3200/QĐ-UBND", "3200-qd-ubnd"), ("Ủy ban", "uy-ban")]
)
def test_names_are_written_in_small_latin_letters(written: str, name: str) -> None:
    assert names.slug(written) == name


def test_a_title_is_cut_at_a_word() -> None:
    title = names.title_of("Xây dựng kế hoạch " * 20)
    assert title.endswith(("hoạch…", "dựng…", "kế…", "Xây…"))
    assert len(title) <= names.TITLE_LENGTH + 1
    assert names.title_of("Ngắn  gọn") == "Ngắn gọn"


@pytest.mark.parametrize("body", [b"", b"MZ", b"<html>", b"GIF89a", b"PK\x03\x04", b" %PDF-1.7"])
def test_a_file_of_another_type_is_no_evidence(body: bytes) -> None:
    assert media_type_of(body) is None
