from dataclasses import replace
from datetime import UTC, date, datetime

from services.chassis.testing.given_when_then import Specification
from services.survey.domain import counter_day as rules
from services.survey.domain.commands import RecordCounterDay, Served
from services.survey.domain.errors import InvalidSession
from services.survey.domain.events import RosterLoaded, ServedCounted, Session, SessionRecorded

DAY = Specification(rules.INITIAL, rules.evolve)
FIELDS = ("dat-dai", "ho-tich")


def at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC)


LAND = Session(session_id="s1", field="dat-dai", opened_at=at(1), closed_at=at(3))
CIVIL = Session(session_id="s2", field="ho-tich", opened_at=at(2))
COUNT = Served(field="dat-dai", served=12, through=at(3), session_id="s1")
COUNTED = ServedCounted(
    counter_id="q", one_stop_id="mc", day=date(2026, 3, 2), field="dat-dai", served=12, session_id="s1", through=at(3)
)
WISH = RecordCounterDay(counter_id="q", one_stop_id="mc", day=date(2026, 3, 2))


def test_what_is_new_is_recorded_and_what_is_known_is_not():
    wish = replace(WISH, roster=(LAND,), sessions=(LAND, CIVIL), served=(COUNT,))
    facts = (
        RosterLoaded(sessions=(LAND,)),
        SessionRecorded(session=LAND),
        SessionRecorded(session=CIVIL),
        COUNTED,
    )
    DAY.given().when(rules.record, wish, fields=FIELDS).then(*facts)
    DAY.given(*facts).when(rules.record, wish, fields=FIELDS).then_nothing()


def test_a_later_word_on_a_session_or_a_count_replaces_the_earlier_one():
    closed = replace(CIVIL, closed_at=at(4))
    more = replace(COUNTED, served=20, through=at(5))
    state = DAY.given(SessionRecorded(session=CIVIL), SessionRecorded(session=closed), COUNTED, more).state
    assert state.sessions == (closed,)
    assert state.served == (more,)


def test_a_field_that_the_counter_does_not_serve_is_refused():
    wish = replace(WISH, sessions=(replace(LAND, field="khac"),))
    DAY.given().when(rules.record, wish, fields=FIELDS).then_refused(InvalidSession)
    wish = replace(WISH, served=(replace(COUNT, field="khac"),))
    DAY.given().when(rules.record, wish, fields=FIELDS).then_refused(InvalidSession)


def test_a_session_that_closes_before_it_opens_is_refused():
    wish = replace(WISH, sessions=(replace(LAND, closed_at=at(0)),))
    DAY.given().when(rules.record, wish, fields=()).then_refused(InvalidSession)


def test_the_field_is_the_one_that_was_served_and_unknown_when_there_were_two_or_none():
    state = DAY.given(SessionRecorded(session=LAND), SessionRecorded(session=CIVIL)).state
    assert state.field_at(at(0)) == "unknown"
    assert state.field_at(at(1)) == "dat-dai"
    assert state.field_at(at(2)) == "unknown"
    assert state.field_at(at(9)) == "ho-tich"


def test_the_roster_tells_the_field_where_no_session_does():
    state = DAY.given(RosterLoaded(sessions=(LAND,)), SessionRecorded(session=replace(CIVIL, opened_at=at(4)))).state
    assert state.field_at(at(1)) == "dat-dai"
    assert state.field_at(at(5)) == "ho-tich"


def test_served_counts_speak_only_of_the_time_they_reach():
    state = DAY.given(COUNTED, replace(COUNTED, field="ho-tich", served=3)).state
    assert state.served_by(at(3)) == 15
    assert state.served_by(at(4)) is None
    assert rules.INITIAL.served_by(at(1)) is None
