from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.chassis.testing.given_when_then import Specification
from services.survey.domain import counter as rules
from services.survey.domain import survey
from services.survey.domain.commands import (
    CloseCounter,
    CloseSurvey,
    MoveCounter,
    OpenCounter,
    OpenSurvey,
    RenameCounter,
)
from services.survey.domain.errors import (
    AlreadyExists,
    CounterIsClosed,
    InvalidPeriod,
    UnknownCounter,
    UnknownSurvey,
)
from services.survey.domain.events import (
    CounterClosed,
    CounterMoved,
    CounterOpened,
    CounterRenamed,
    OpeningSpan,
    SurveyClosed,
    SurveyOpened,
)

COUNTER = Specification(rules.INITIAL, rules.evolve)
SURVEY = Specification(survey.INITIAL, survey.evolve)
MORNING = OpeningSpan(weekday=1, opens="07:30", closes="11:30")
OPEN = OpenCounter(
    counter_id="q",
    unit_id="xa-a",
    one_stop_id="mc-a",
    name="Quầy 1",
    name_en="",
    fields=("dat-dai",),
    on=date(2026, 1, 1),
)
OPENED = CounterOpened(
    counter_id="q",
    unit_id="xa-a",
    one_stop_id="mc-a",
    name="Quầy 1",
    name_en="",
    fields=("dat-dai",),
    cards=False,
    opening_hours=(),
    on=date(2026, 1, 1),
)
MOVE = MoveCounter(counter_id="q", unit_id="xa-b", one_stop_id="mc-b", on=date(2026, 7, 1))
MOVED = CounterMoved(unit_id="xa-b", one_stop_id="mc-b", on=date(2026, 7, 1))
RENAME = RenameCounter(counter_id="q", name="Quầy 2", name_en="", on=date(2026, 7, 1))
RENAMED = CounterRenamed(name="Quầy 2", name_en="", on=date(2026, 7, 1))
CLOSE = CloseCounter(counter_id="q", on=date(2026, 8, 1))
CLOSED = CounterClosed(on=date(2026, 8, 1))


def test_a_counter_opens_once():
    COUNTER.given().when(rules.open_counter, OPEN).then(OPENED)
    COUNTER.given(OPENED).when(rules.open_counter, OPEN).then_nothing()
    COUNTER.given(OPENED).when(rules.open_counter, replace(OPEN, name="Khác")).then_refused(AlreadyExists)


@pytest.mark.parametrize(
    ("decide", "command", "fact"), [(rules.move_counter, MOVE, MOVED), (rules.rename_counter, RENAME, RENAMED)]
)
def test_a_counter_is_moved_and_renamed_while_it_serves(decide, command, fact):
    COUNTER.given(OPENED).when(decide, command).then(fact)
    COUNTER.given(OPENED, fact).when(decide, command).then_nothing()
    COUNTER.given().when(decide, command).then_refused(UnknownCounter)
    COUNTER.given(OPENED, CLOSED).when(decide, command).then_refused(CounterIsClosed)


def test_a_counter_closes_once():
    COUNTER.given(OPENED).when(rules.close_counter, CLOSE).then(CLOSED)
    COUNTER.given(OPENED, CLOSED).when(rules.close_counter, CLOSE).then_nothing()
    COUNTER.given().when(rules.close_counter, CLOSE).then_refused(UnknownCounter)


def test_a_counter_belongs_to_the_one_stop_of_the_day():
    state = COUNTER.given(OPENED, MOVED).state
    assert state.one_stop_on(date(2025, 1, 1)) == "mc-a"
    assert state.one_stop_on(date(2026, 6, 30)) == "mc-a"
    assert state.one_stop_on(date(2026, 7, 1)) == "mc-b"


def test_nothing_is_outside_hours_that_nobody_knows():
    assert not COUNTER.given(OPENED).state.is_outside_hours(datetime(2026, 3, 2, 3, tzinfo=UTC))


def test_opening_hours_are_of_a_weekday():
    state = COUNTER.given(replace(OPENED, opening_hours=(MORNING,))).state
    assert not state.is_outside_hours(datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
    assert state.is_outside_hours(datetime(2026, 3, 2, 11, 30, tzinfo=UTC))
    assert state.is_outside_hours(datetime(2026, 3, 3, 8, 0, tzinfo=UTC))


def test_a_survey_opens_and_closes_once():
    wish = OpenSurvey(survey_id="s", family="counter", opens_on=date(2026, 1, 1))
    opened = SurveyOpened(survey_id="s", family="counter", opens_on=date(2026, 1, 1), closes_on=None)
    close = CloseSurvey(survey_id="s", closed_on=date(2026, 12, 31))
    closed = SurveyClosed(closed_on=date(2026, 12, 31))
    SURVEY.given().when(survey.open_survey, wish).then(opened)
    SURVEY.given(opened).when(survey.open_survey, wish).then_nothing()
    SURVEY.given(opened).when(survey.open_survey, replace(wish, family="staff")).then_refused(AlreadyExists)
    SURVEY.given(opened).when(survey.close_survey, close).then(closed)
    SURVEY.given(opened, closed).when(survey.close_survey, close).then_nothing()
    SURVEY.given().when(survey.close_survey, close).then_refused(UnknownSurvey)


def test_a_field_period_that_ends_before_it_starts_is_refused():
    wish = OpenSurvey(survey_id="s", family="counter", opens_on=date(2026, 1, 2), closes_on=date(2026, 1, 1))
    SURVEY.given().when(survey.open_survey, wish).then_refused(InvalidPeriod)
    opened = SurveyOpened(survey_id="s", family="counter", opens_on=date(2026, 1, 2), closes_on=None)
    close = CloseSurvey(survey_id="s", closed_on=date(2026, 1, 1))
    SURVEY.given(opened).when(survey.close_survey, close).then_refused(InvalidPeriod)
