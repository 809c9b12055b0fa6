"""A person: which roles they hold in which units and when, and whom they let act for them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.chassis.domain import Event
from services.gateway.directory.domain.errors import (
    AlreadyAppointed,
    AppointmentNotFound,
    PersonIsErased,
    PersonNotFound,
    RoleNotHeld,
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
    AppointmentEnded,
    DelegationEnded,
    PersonAppointed,
    PersonErased,
    PersonRegistered,
    RoleDelegated,
)
from services.gateway.directory.domain.terms import Term, refuse_empty


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegation:
    """A term that another person was let hold."""

    term: Term
    to_person_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody as rules need them; both names are sealed."""

    person_id: str = ""
    user_name: str = ""
    display_name: str = ""
    appointments: tuple[Term, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    erased: bool = False

    def holds(self, role: str, unit_id: str, day: date) -> bool:
        """Say whether they hold a role of their own in a unit on a day."""
        held = ((term.role, term.unit_id) == (role, unit_id) and term.holds_on(day) for term in self.appointments)
        return not self.erased and any(held)


INITIAL = Person()


def evolve(state: Person, event: Event) -> Person:  # noqa: PLR0911 - one line per fact
    """Fold one fact into the state."""
    match event:
        case PersonRegistered():
            return Person(person_id=event.person_id, user_name=event.user_name, display_name=event.display_name)
        case PersonAppointed():
            return replace(state, appointments=(*state.appointments, _term(event)))
        case AppointmentEnded():
            return replace(state, appointments=tuple(_ended(it, event) for it in state.appointments))
        case RoleDelegated():
            made = Delegation(term=_term(event), to_person_id=event.to_person_id)
            return replace(state, delegations=(*state.delegations, made))
        case DelegationEnded():
            left = (replace(it, term=_ended(it.term, event)) for it in state.delegations)
            return replace(state, delegations=tuple(left))
        case PersonErased():
            return replace(state, erased=True)
        case _:
            return state


def _term(event: PersonAppointed | RoleDelegated) -> Term:
    return Term(n=event.n, role=event.role, unit_id=event.unit_id, from_on=event.from_on, to_on=event.to_on)


def _ended(term: Term, event: AppointmentEnded | DelegationEnded) -> Term:
    return replace(term, to_on=event.on) if term.n == event.n else term


def register_person(state: Person, command: RegisterPerson) -> Sequence[Event]:
    """Let somebody have roles, the first ones at once; the same id again says nothing new."""
    if state.person_id:
        return ()
    registered = PersonRegistered(
        person_id=command.person_id,
        user_name=command.user_name,
        display_name=command.display_name,
        at=command.at,
    )
    events: list[Event] = [registered]
    reached = evolve(state, registered)
    for wanted in command.appointments:
        for event in appoint_person(reached, AppointPerson(wanted=wanted, at=command.at)):
            events.append(event)
            reached = evolve(reached, event)
    return tuple(events)


def appoint_person(state: Person, command: AppointPerson) -> Sequence[Event]:
    """Give a role in a unit; the very same again says nothing new.

    Raises:
        TermInvalid: It ends before it begins.
        AlreadyAppointed: The same role in the same unit is held for a part of the term.
        PersonNotFound, PersonIsErased: There is nobody to give it to.
    """
    refuse_nobody(state)
    wanted = command.wanted
    refuse_empty(wanted.from_on, wanted.to_on)
    for term in _alike(state, wanted):
        if (term.from_on, term.to_on) == (wanted.from_on, wanted.to_on):
            return ()
        raise AlreadyAppointed("They hold this role in this unit for a part of the term.", n=term.n)
    return (
        PersonAppointed(
            n=len(state.appointments) + 1,
            role=wanted.role,
            unit_id=wanted.unit_id,
            from_on=wanted.from_on,
            to_on=wanted.to_on,
            at=command.at,
        ),
    )


def _alike(state: Person, wanted: Wanted) -> Iterator[Term]:
    for term in state.appointments:
        same = (term.role, term.unit_id) == (wanted.role, wanted.unit_id)
        if same and term.overlaps(wanted.from_on, wanted.to_on):
            yield term


def end_appointment(state: Person, command: EndAppointment) -> Sequence[Event]:
    """Let an appointment end; one that ends by then anyway is left alone."""
    refuse_nobody(state)
    term = _numbered(state.appointments, command.n)
    if term.to_on is not None and term.to_on <= command.on:
        return ()
    return (AppointmentEnded(n=command.n, on=command.on, at=command.at),)


def delegate_role(state: Person, command: DelegateRole) -> Sequence[Event]:
    """Let another hold one's role as well, for a term that lies in one's own.

    Raises:
        RoleNotHeld: They do not hold the role by appointment on every day of it, or would give it to themselves.
    """
    refuse_nobody(state)
    refuse_empty(command.from_on, command.to_on)
    own = (it for it in state.appointments if (it.role, it.unit_id) == (command.role, command.unit_id))
    held = any(term.covers(command.from_on, command.to_on) for term in own)
    if not held or command.to_person_id == state.person_id:
        raise RoleNotHeld("Only a role of one's own may be delegated, and only to another.")
    delegated = RoleDelegated(
        n=len(state.delegations) + 1,
        role=command.role,
        unit_id=command.unit_id,
        to_person_id=command.to_person_id,
        from_on=command.from_on,
        to_on=command.to_on,
        at=command.at,
    )
    made = Delegation(term=_term(delegated), to_person_id=command.to_person_id)
    known = (replace(it, term=replace(it.term, n=delegated.n)) for it in state.delegations)
    return () if made in known else (delegated,)


def end_delegation(state: Person, command: EndDelegation) -> Sequence[Event]:
    """Take a delegation back; one that ends by then anyway is left alone."""
    refuse_nobody(state)
    term = _numbered(tuple(it.term for it in state.delegations), command.n)
    if term.to_on is not None and term.to_on <= command.on:
        return ()
    return (DelegationEnded(n=command.n, on=command.on, at=command.at),)


def erase_person(state: Person, command: ErasePerson) -> Sequence[Event]:
    """Forget who somebody was; once is enough."""
    if not state.person_id:
        raise PersonNotFound
    return () if state.erased else (PersonErased(at=command.at),)


def refuse_nobody(state: Person) -> None:
    """Refuse to act on somebody who is not there.

    Raises:
        PersonNotFound: Nobody has that id.
        PersonIsErased: They were erased.
    """
    if not state.person_id:
        raise PersonNotFound
    if state.erased:
        raise PersonIsErased("They were erased.", person_id=state.person_id)


def _numbered(terms: Sequence[Term], n: int) -> Term:
    found = next((term for term in terms if term.n == n), None)
    if found is None:
        raise AppointmentNotFound(n=n)
    return found
