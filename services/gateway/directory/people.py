"""What the directory does with people: register, appoint, delegate, invite, erase."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from services.chassis.clock import Clock
from services.chassis.domain import Event
from services.chassis.ids import NewId
from services.chassis.privacy import ErasureJournal, SubjectKeys, seal, unseal
from services.chassis.streams import Streams, Versioned
from services.gateway.directory.access_register import PERSON, AccessRegister
from services.gateway.directory.domain import person
from services.gateway.directory.domain.errors import RoleNeedsUnit, UnitNotThereThen
from services.gateway.directory.domain.people_commands import (
    AppointPerson,
    DelegateRole,
    ErasePerson,
    RegisterPerson,
    Wanted,
)
from services.gateway.directory.domain.people_events import SetUpLinkIssued
from services.gateway.directory.domain.person import Person
from services.gateway.directory.domain.records import holds_on
from services.gateway.directory.domain.terms import EVERY_UNIT
from services.gateway.directory.recording import in_one_transaction, record
from services.gateway.directory.register import UnitRegister
from services.gateway.identity.accounts import (
    NewAccount,
    account_of,
    forget_account,
    normal_user_name,
    open_account,
)
from services.gateway.identity.invitations import Invitations, withdraw
from services.gateway.identity.sessions import end_sessions
from services.gateway.identity.set_up import FirstPerson

ROLES_WITHOUT_UNIT = frozenset({"operator", "provincial_reader"})
"""Roles that may be held for the whole tenant."""

Decide = Callable[[Person], Sequence[Event]]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    """Somebody to be registered, with the roles they begin with."""

    user_name: str
    display_name: str
    appointments: tuple[Wanted, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What somebody is called; both are empty once they were erased."""

    user_name: str = ""
    display_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """What the handlers work with."""

    engine: Engine
    reader: Engine
    streams: Streams
    units: UnitRegister
    register: AccessRegister
    keys: SubjectKeys
    invitations: Invitations
    erasures: ErasureJournal
    clock: Clock
    new_id: NewId


def register_person(people: People, new: NewPerson) -> tuple[str, str]:
    """Register somebody; give their id and the token of the one-time link by which they choose a password.

    Raises:
        UserNameInvalid, UserNameTaken: The name cannot be theirs.
        TermInvalid, AlreadyAppointed, UnitNotFound, UnitNotThereThen, RoleNeedsUnit: The roles cannot be theirs.
    """
    for wanted in new.appointments:
        refuse_wrong_unit(people.units, wanted)
    person_id, now = people.new_id(), people.clock.now()
    user_name = normal_user_name(new.user_name)
    account = NewAccount(
        account_id=person_id,
        user_name=user_name,
        display_name=new.display_name,
        password_hash="",
        roles=frozenset(),
        created_at=now,
    )
    names = Names(user_name=user_name, display_name=new.display_name.strip() or user_name)

    def work(connection: Connection) -> str:
        open_account(connection, account)
        issued = SetUpLinkIssued(at=people.clock.business_now())
        _record_registration(people, connection, person_id, names, (new.appointments, (issued,)))
        return people.invitations.issue(connection, str(person_id))

    return str(person_id), in_one_transaction(people.engine, work)


def welcome_first(people: People, connection: Connection, first: FirstPerson, appointments: tuple[Wanted, ...]) -> None:
    """Register who set the product up, in the transaction in which their account is opened."""
    names = Names(user_name=first.user_name, display_name=first.display_name or first.user_name)
    _record_registration(people, connection, UUID(first.account_id), names, (appointments, ()))


def _record_registration(
    people: People,
    connection: Connection,
    person_id: UUID,
    names: Names,
    begins: tuple[tuple[Wanted, ...], tuple[Event, ...]],
) -> None:
    who = str(person_id)
    key = people.keys.make(connection, who)
    appointments, also = begins
    command = RegisterPerson(
        person_id=who,
        user_name=seal(names.user_name, key, subject_id=who, field="user_name"),
        display_name=seal(names.display_name, key, subject_id=who, field="display_name"),
        appointments=appointments,
        at=people.clock.business_now(),
    )
    record(connection, people.streams, PERSON, who, lambda state: (*person.register_person(state, command), *also))


def change_person(people: People, person_id: str, decide: Decide) -> Person:
    """Record what is decided about somebody.

    Raises:
        Refusal: The rules refuse; nothing was written.
    """
    return in_one_transaction(
        people.engine, lambda connection: record(connection, people.streams, PERSON, person_id, decide)
    ).state


def appoint(people: People, person_id: str, wanted: Wanted) -> Person:
    """Give somebody a role in a unit.

    Raises:
        Refusal: The unit is not there then, or the rules refuse.
    """
    refuse_wrong_unit(people.units, wanted)
    command = AppointPerson(wanted=wanted, at=people.clock.business_now())
    return change_person(people, person_id, lambda state: person.appoint_person(state, command))


def delegate(people: People, person_id: str, command: DelegateRole) -> Person:
    """Let another hold somebody's role as well.

    Raises:
        Refusal: There is no such other, or the rules refuse.
    """
    person.refuse_nobody(people.register.person(command.to_person_id))
    return change_person(people, person_id, lambda state: person.delegate_role(state, command))


def roles_of(people: People, person_id: str) -> frozenset[str]:
    """Give every role that somebody holds today or will, those lent to them too: what a way into their account is worth.

    Raises:
        PersonNotFound: Nobody has that id.
    """
    who, today = people.register.person(person_id), people.clock.business_now().date()
    with people.reader.connect() as connection:
        account = account_of(connection, person_id)
    terms = (*who.appointments, *people.register.lent_to(person_id))
    to_come = (term.role for term in terms if term.overlaps(today, None))
    return frozenset(to_come) | (account.roles if account is not None else frozenset())


def issue_link(people: People, person_id: str) -> str:
    """Make a new one-time link for somebody and end the one before; give its token.

    Raises:
        PersonNotFound, PersonIsErased: There is nobody to give it to.
    """

    def decide(state: Person) -> Sequence[Event]:
        person.refuse_nobody(state)
        return (SetUpLinkIssued(at=people.clock.business_now()),)

    def work(connection: Connection) -> str:
        record(connection, people.streams, PERSON, person_id, decide)
        return people.invitations.issue(connection, person_id)

    return in_one_transaction(people.engine, work)


def erase_person(people: People, person_id: str) -> Versioned[Person]:
    """Destroy somebody's key, close their account and record it; their id stays on what they did.

    The journal outside the database is written first: a restore of an older copy finds there whom to erase again.

    Raises:
        PersonNotFound: Nobody has that id.
    """
    at = people.streams.load(PERSON, person_id)
    if not person.erase_person(at.state, ErasePerson(at=people.clock.business_now())):
        return at
    people.erasures.note(person_id, people.clock.now())
    return carry_out_erasure(people, person_id, at=people.clock.business_now())


def carry_out_erasure(people: People, person_id: str, *, at: datetime) -> Versioned[Person]:
    """Do in the database what an erasure asks for; doing it again changes nothing."""

    def work(connection: Connection) -> Versioned[Person]:
        erased = record(
            connection, people.streams, PERSON, person_id, lambda state: person.erase_person(state, ErasePerson(at=at))
        )
        people.keys.destroy(connection, person_id)
        withdraw(connection, person_id)
        end_sessions(connection, person_id)
        forget_account(connection, person_id)
        return erased

    return in_one_transaction(people.engine, work)


def replay_erasures(people: People) -> int:
    """Erase again whoever the journal names and an older copy of the database still knows; give how many."""
    known, again = people.register.people(), 0
    for person_id in people.erasures.subjects():
        if person_id in known and not known[person_id].erased:
            carry_out_erasure(people, person_id, at=people.clock.business_now())
            again += 1
    return again


def names_of(people: People, *persons: Person) -> dict[str, Names]:
    """Open the names of some people, empty ones for who was erased."""
    keys = people.keys.find(*(who.person_id for who in persons)) if persons else {}
    found = {}
    for who in persons:
        key = keys.get(who.person_id)
        user_name = unseal(who.user_name, key, subject_id=who.person_id, field="user_name")
        display_name = unseal(who.display_name, key, subject_id=who.person_id, field="display_name")
        found[who.person_id] = Names(user_name=user_name or "", display_name=display_name or "")
    return found


def refuse_wrong_unit(units: UnitRegister, wanted: Wanted) -> None:
    """Refuse a role in a unit that is not there on the first day of the term.

    Raises:
        UnitNotFound: No unit has that id.
        UnitNotThereThen: It does not exist on that day.
        RoleNeedsUnit: The role is asked for every unit, and is none that is held so.
    """
    if wanted.unit_id == EVERY_UNIT:
        if wanted.role not in ROLES_WITHOUT_UNIT:
            raise RoleNeedsUnit("The role is held in one unit.", role=wanted.role)
    elif not holds_on(units.unit(wanted.unit_id), wanted.from_on):
        raise UnitNotThereThen(unit_id=wanted.unit_id, on=wanted.from_on.isoformat())
