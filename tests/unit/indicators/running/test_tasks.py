"""What tasks add to which figure, and how facts change it."""

from datetime import date

import pytest

from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.task import (
    CompletionAccepted,
    ExtensionDecided,
    Task,
    TaskAccepted,
    TaskAssigned,
    TaskLeft,
    TaskReopened,
    task_after,
)
from services.indicators.domain.running.tasks_done import TASKS_DONE
from services.indicators.domain.running.tasks_extended import TASKS_EXTENDED
from services.indicators.domain.running.tasks_on_time import TASKS_ON_TIME
from services.indicators.domain.running.tasks_overdue import TASKS_OVERDUE
from services.indicators.domain.running.unit_plans_on_time import UNIT_PLANS_ON_TIME
from tests.unit.indicators.running.reckoning import day, read

YEAR_END = day(12, 31)
DUE = day(6, 18)


def a_task(*facts, due_on: date | None = DUE, calendar: WorkingCalendar | None = None, **about) -> Task:
    assigned = TaskAssigned(task_id="t", unit_id="xa-a", assigned_on=day(1, 14), due_on=due_on, **about)
    task = None
    for fact in (assigned, *facts):
        task = task_after(task, fact, calendar or WorkingCalendar())
    assert task is not None
    return task


def done(on: date, timeliness: str = "on_time") -> CompletionAccepted:
    return CompletionAccepted(task_id="t", completed_on=on, timeliness=timeliness)


LEFT = TaskLeft(task_id="t", on=day(6, 25))
REOPENED = TaskReopened(task_id="t")
MORE_TIME = ExtensionDecided(task_id="t", decision="approve", due_on=day(7, 16))


@pytest.mark.parametrize(("timeliness", "expected"), [("on_time", (1, 1)), ("extended", (0, 1)), ("late", (0, 1))])
def test_only_a_completion_by_the_first_date_is_on_time(timeliness, expected):
    assert read(TASKS_ON_TIME, a_task(done(day(6, 18), timeliness)), YEAR_END) == expected


def test_a_task_is_not_due_before_its_day():
    assert read(TASKS_ON_TIME, a_task(done(day(3, 1))), day(6, 17)) == (0, 0)
    assert read(TASKS_ON_TIME, a_task(done(day(3, 1))), day(6, 18)) == (1, 1)


def test_a_task_without_a_date_is_neither_due_nor_overdue():
    task = a_task(due_on=None)
    assert [read(family, task, YEAR_END) for family in (TASKS_ON_TIME, TASKS_OVERDUE)] == [(0, 0), (0, 0)]
    assert read(TASKS_DONE, task, YEAR_END) == (0, 1)


def test_a_completion_counts_in_the_month_in_which_it_was_reported():
    assert read(TASKS_DONE, a_task(done(day(7, 2))), day(7, 1), since=day(7, 1)) == (0, 0)
    assert read(TASKS_DONE, a_task(done(day(7, 2))), day(7, 2), since=day(7, 1)) == (1, 0)


@pytest.mark.parametrize(
    ("until", "expected"), [(day(6, 18), (0, 1)), (day(6, 19), (1, 1)), (day(6, 24), (1, 1)), (day(6, 25), (0, 0))]
)
@pytest.mark.parametrize("end", [done(day(6, 25), "late"), LEFT])
def test_a_task_is_overdue_from_the_day_after_its_date_until_it_ends(until, expected, end):
    assert read(TASKS_OVERDUE, a_task(end), until) == expected


def test_a_task_completed_on_its_due_day_was_never_overdue():
    assert [read(TASKS_OVERDUE, a_task(done(day(6, 18))), day(6, at)) for at in (17, 18, 19)] == [
        (0, 1),
        (0, 0),
        (0, 0),
    ]


def test_a_task_completed_on_the_first_late_day_was_overdue_for_no_evening():
    assert [read(TASKS_OVERDUE, a_task(done(day(6, 19), "late")), day(6, at)) for at in (18, 19, 20)] == [
        (0, 1),
        (0, 0),
        (0, 0),
    ]


def test_a_date_on_a_day_off_moves_to_the_next_working_day():
    tet = WorkingCalendar(days_off=frozenset(day(2, at) for at in range(10, 17)))
    task = a_task(due_on=day(2, 13), calendar=tet)
    assert [read(TASKS_OVERDUE, task, day(2, at)) for at in (14, 17, 18)] == [(0, 1), (0, 1), (1, 1)]


def test_a_task_whose_own_rule_names_the_day_goes_by_that():
    task = a_task(due_on=day(2, 13), due_on_rolled=day(2, 13))
    assert read(TASKS_OVERDUE, task, day(2, 14)) == (1, 1)


def test_more_time_is_told_beside_the_first_date():
    task = a_task(MORE_TIME)
    assert read(TASKS_EXTENDED, task, day(6, 18)) == (1, 1)
    assert read(TASKS_OVERDUE, task, day(7, 16)) == (0, 1)
    assert read(TASKS_OVERDUE, task, day(7, 17)) == (1, 1)
    assert read(TASKS_ON_TIME, task, day(6, 18)) == (0, 1)


def test_a_wish_for_more_time_that_was_refused_changes_nothing():
    refused = ExtensionDecided(task_id="t", decision="refuse", due_on=day(6, 18))
    assert a_task(refused) == a_task()


@pytest.mark.parametrize("family", [TASKS_ON_TIME, TASKS_DONE, TASKS_EXTENDED])
def test_a_task_that_nobody_answers_for_counts_no_more(family):
    assert read(family, a_task(LEFT), YEAR_END) == (0, 0)
    assert read(family, a_task(LEFT, REOPENED), YEAR_END) == read(family, a_task(), YEAR_END)


def test_a_reopened_task_is_as_if_it_had_not_been_completed():
    assert a_task(done(day(6, 1)), REOPENED) == a_task()


def test_a_task_given_to_another_unit_keeps_its_first_date():
    again = TaskAssigned(task_id="t", unit_id="xa-b", assigned_on=day(2, 1), due_on=day(7, 2))
    task = a_task(TaskLeft(task_id="t", on=day(1, 20)), again, TaskAccepted(task_id="t", unit_id="xa-b"))
    assert (task.unit_id, task.first_due_on, task.due_on, task.counts) == ("xa-b", day(6, 18), day(7, 2), True)


def test_a_fact_about_a_task_that_nobody_told_of_gives_none():
    assert task_after(None, REOPENED, WorkingCalendar()) is None


@pytest.mark.parametrize(("duty", "expected"), [("V1.2", (1, 1)), ("V1.1", (0, 0))])
def test_one_duty_of_the_plan_asks_for_unit_plans(duty, expected):
    task = a_task(done(day(2, 10)), due_on=day(2, 13), plan_id="53-kh-ubnd-2021", duty_code=duty)
    assert read(UNIT_PLANS_ON_TIME, task, YEAR_END) == expected


def test_a_task_knows_when_it_was_accepted_until_it_is_given_anew():
    accepted = a_task(TaskAccepted(task_id="t", on=day(1, 18)))
    assert accepted.accepted_on == day(1, 18)
    anew = TaskAssigned(task_id="t", unit_id="xa-b", assigned_on=day(2, 1))
    given = task_after(accepted, anew, WorkingCalendar())
    assert given is not None
    assert (given.accepted_on, given.assigned_on) == (None, day(1, 14))
