from dataclasses import replace
from datetime import UTC, date, datetime

from services.chassis.event_registry import EventRegistry
from services.chassis.testing.given_when_then import Specification
from services.gateway.directory.domain import person
from services.gateway.directory.domain.errors import (
    AlreadyAppointed,
    AppointmentNotFound,
    PersonIsErased,
    PersonNotFound,
    RoleNotHeld,
    TermInvalid,
)
from services.gateway.directory.domain.people_commands import (
    AppointPerson,
    DelegateRole,
    EndAppointment,
    EndDelegation,
    ErasePerson,
    RegisterPerson,
    Wanted,
)
from services.gateway.directory.domain.people_events import (
    EVENTS,
    AppointmentEnded,
    DelegationEnded,
    PersonAppointed,
    PersonErased,
    PersonRegistered,
    RoleDelegated,
    SetUpLinkIssued,
)

AT = datetime(2021, 6, 18, 3, tzinfo=UTC)
NEW_YEAR, JUNE, JULY, NEXT_YEAR = date(2021, 1, 1), date(2021, 6, 1), date(2021, 7, 1), date(2022, 1, 1)

people = Specification(person.INITIAL, person.evolve)
AN = PersonRegistered(person_id="an", user_name="sealed-1", display_name="sealed-2", at=AT)
HEAD = Wanted(role="unit_head", unit_id="xa-binh-an", from_on=NEW_YEAR)
IS_HEAD = PersonAppointed(n=1, role="unit_head", unit_id="xa-binh-an", from_on=NEW_YEAR, to_on=None, at=AT)
HEAD_UNTIL_JULY = AppointmentEnded(n=1, on=JULY, at=AT)
LEND = DelegateRole(role="unit_head", unit_id="xa-binh-an", to_person_id="binh", from_on=JUNE, to_on=JULY, at=AT)
LENT = RoleDelegated(n=1, role="unit_head", unit_id="xa-binh-an", to_person_id="binh", from_on=JUNE, to_on=JULY, at=AT)


def appoint(**told):
    return AppointPerson(wanted=replace(HEAD, **told), at=AT)


def register(*wanted):
    return RegisterPerson(person_id="an", user_name="sealed-1", display_name="sealed-2", appointments=wanted, at=AT)


def test_somebody_is_registered_with_their_first_roles():
    people.given().when(person.register_person, register(HEAD)).then(AN, IS_HEAD)


def test_registering_the_same_person_again_says_nothing():
    people.given(AN).when(person.register_person, register(HEAD)).then_nothing()


def test_a_person_is_not_registered_with_a_term_that_ends_before_it_begins():
    wrong = replace(HEAD, to_on=NEW_YEAR)
    people.given().when(person.register_person, register(wrong)).then_refused(TermInvalid)


def test_a_role_is_given_from_a_day_on():
    people.given(AN).when(person.appoint_person, appoint()).then(IS_HEAD)


def test_the_same_appointment_again_says_nothing():
    people.given(AN, IS_HEAD).when(person.appoint_person, appoint()).then_nothing()


def test_a_role_that_is_held_already_is_not_given_for_the_same_days():
    people.given(AN, IS_HEAD).when(person.appoint_person, appoint(from_on=JULY)).then_refused(AlreadyAppointed, n=1)


def test_a_role_may_be_given_again_once_it_ended():
    again = PersonAppointed(n=2, role="unit_head", unit_id="xa-binh-an", from_on=JULY, to_on=None, at=AT)
    people.given(AN, IS_HEAD, HEAD_UNTIL_JULY).when(person.appoint_person, appoint(from_on=JULY)).then(again)


def test_nobody_is_appointed_who_is_not_there_or_was_erased():
    people.given().when(person.appoint_person, appoint()).then_refused(PersonNotFound)
    people.given(AN, PersonErased(at=AT)).when(person.appoint_person, appoint()).then_refused(PersonIsErased)


def test_an_appointment_ends_on_a_day():
    people.given(AN, IS_HEAD).when(person.end_appointment, EndAppointment(n=1, on=JULY, at=AT)).then(HEAD_UNTIL_JULY)


def test_an_appointment_that_ends_by_then_anyway_is_left_alone():
    given = people.given(AN, IS_HEAD, HEAD_UNTIL_JULY)
    given.when(person.end_appointment, EndAppointment(n=1, on=NEXT_YEAR, at=AT)).then_nothing()


def test_an_appointment_that_was_never_made_does_not_end():
    people.given(AN).when(person.end_appointment, EndAppointment(n=1, on=JULY, at=AT)).then_refused(
        AppointmentNotFound, n=1
    )


def test_a_role_holds_from_its_first_day_until_the_day_before_its_end():
    held = people.given(AN, IS_HEAD, HEAD_UNTIL_JULY).state
    days = (date(2020, 12, 31), NEW_YEAR, date(2021, 6, 30), JULY)
    assert [held.holds("unit_head", "xa-binh-an", day) for day in days] == [False, True, True, False]
    assert not held.holds("unit_head", "xa-binh-tu", NEW_YEAR)


def test_a_role_of_ones_own_is_delegated_from_a_day_to_a_day():
    people.given(AN, IS_HEAD).when(person.delegate_role, LEND).then(LENT)


def test_the_same_delegation_again_says_nothing():
    people.given(AN, IS_HEAD, LENT).when(person.delegate_role, LEND).then_nothing()


def test_a_role_is_not_delegated_for_days_on_which_it_is_not_held():
    given = people.given(AN, IS_HEAD, HEAD_UNTIL_JULY)
    given.when(person.delegate_role, replace(LEND, to_on=NEXT_YEAR)).then_refused(RoleNotHeld)
    people.given(AN).when(person.delegate_role, LEND).then_refused(RoleNotHeld)


def test_a_role_is_not_delegated_to_oneself():
    people.given(AN, IS_HEAD).when(person.delegate_role, replace(LEND, to_person_id="an")).then_refused(RoleNotHeld)


def test_a_delegation_is_taken_back():
    ended = DelegationEnded(n=1, on=date(2021, 6, 15), at=AT)
    command = EndDelegation(n=1, on=date(2021, 6, 15), at=AT)
    people.given(AN, IS_HEAD, LENT).when(person.end_delegation, command).then(ended)
    people.given(AN, IS_HEAD, LENT, ended).when(person.end_delegation, command).then_nothing()
    people.given(AN, IS_HEAD).when(person.end_delegation, command).then_refused(AppointmentNotFound, n=1)


def test_somebody_is_erased_once_and_holds_nothing_any_more():
    people.given(AN, IS_HEAD).when(person.erase_person, ErasePerson(at=AT)).then(PersonErased(at=AT))
    erased = people.given(AN, IS_HEAD, PersonErased(at=AT))
    erased.when(person.erase_person, ErasePerson(at=AT)).then_nothing()
    assert not erased.state.holds("unit_head", "xa-binh-an", JUNE)


def test_nobody_is_erased_who_is_not_there():
    people.given().when(person.erase_person, ErasePerson(at=AT)).then_refused(PersonNotFound)


def test_every_fact_about_people_is_read_as_it_was_written():
    registry = EventRegistry(EVENTS)
    facts = (
        AN,
        SetUpLinkIssued(at=AT),
        IS_HEAD,
        HEAD_UNTIL_JULY,
        LENT,
        DelegationEnded(n=1, on=JULY, at=AT),
        PersonErased(at=AT),
    )
    assert {type(fact) for fact in facts} == set(EVENTS)
    for fact in facts:
        written = registry.encode(fact)
        assert registry.decode(written.type, written.data) == fact
