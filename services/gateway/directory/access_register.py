"""People and API clients as the store tells them, and the roles that each holds on a day."""

import threading
from collections.abc import Iterable, Iterator
from datetime import date

from services.chassis.event_registry import EventRegistry
from services.chassis.event_store.port import EventStore, RecordedFact
from services.chassis.identity.callers import Appointment
from services.chassis.streams import Kind
from services.gateway.directory.domain import client, person
from services.gateway.directory.domain.client import Client
from services.gateway.directory.domain.errors import PersonNotFound
from services.gateway.directory.domain.people_events import EVENTS as PEOPLE_EVENTS
from services.gateway.directory.domain.person import Person
from services.gateway.directory.domain.terms import EVERY_UNIT, Term
from services.gateway.directory.register import UnitRegister

PERSON = Kind("person", person.INITIAL, person.evolve)
CLIENT = Kind("client", client.INITIAL, client.evolve)
ACCESS_EVENTS = EventRegistry((*PEOPLE_EVENTS, *client.EVENTS))

_PAGE = 1000


class AccessRegister:
    """Who holds what, never older than the store at the moment of the question. Threads may share it."""

    def __init__(self, store: EventStore, units: UnitRegister) -> None:
        """Read from `store`; nothing is read before the first question."""
        self._store = store
        self._units = units
        self._position = 0
        self._people: dict[str, Person] = {}
        self._clients: dict[str, Client] = {}
        self._givers: dict[str, frozenset[str]] = {}
        self._lock = threading.Lock()

    def people(self) -> dict[str, Person]:
        """Give everybody by id, who was erased included."""
        self._catch_up()
        return dict(sorted(self._people.items()))

    def find_person(self, person_id: str) -> Person | None:
        """Give somebody, `None` where nobody has that id."""
        self._catch_up()
        return self._people.get(person_id)

    def person(self, person_id: str) -> Person:
        """Give somebody.

        Raises:
            PersonNotFound: Nobody has that id.
        """
        if (found := self.find_person(person_id)) is None:
            raise PersonNotFound(person_id=person_id)
        return found

    def clients(self) -> dict[str, Client]:
        """Give every API client by id, revoked ones included."""
        self._catch_up()
        return dict(sorted(self._clients.items()))

    def client_in_use(self, client_id: str) -> Client | None:
        """Give an API client that may call."""
        self._catch_up()
        found = self._clients.get(client_id)
        return found if found is not None and found.in_use else None

    def standing(self, subject: str, day: date) -> frozenset[Appointment]:
        """Give the roles that a person or client holds on a day: their own, and those that others let them hold.

        A role counts only while its unit exists, and a delegated one only while its giver holds it.
        """
        self._catch_up()
        terms = (*self._own(subject), *self._acted(subject, day))
        return _held(terms, self._there(day), day) if terms else frozenset()

    def acting(self, person_ids: Iterable[str], day: date) -> dict[str, frozenset[Appointment]]:
        """Give the roles that others let some people hold on a day."""
        self._catch_up()
        there = self._there(day)
        return {person_id: _held(self._acted(person_id, day), there, day) for person_id in person_ids}

    def lent_to(self, person_id: str) -> tuple[Term, ...]:
        """Give every term that others ever let somebody hold."""
        self._catch_up()
        return tuple(term for _, term in self._lent_to(person_id))

    def _there(self, day: date) -> frozenset[str]:
        return frozenset({record.id for record in self._units.units_on(day)} | {EVERY_UNIT})

    def _own(self, subject: str) -> tuple[Term, ...]:
        if (known := self._people.get(subject)) is not None:
            return () if known.erased else known.appointments
        program = self._clients.get(subject)
        return program.appointments if program is not None and program.in_use else ()

    def _acted(self, person_id: str, day: date) -> tuple[Term, ...]:
        lent = self._lent_to(person_id)
        return tuple(term for giver, term in lent if giver.holds(term.role, term.unit_id, day))

    def _lent_to(self, person_id: str) -> Iterator[tuple[Person, Term]]:
        for giver in (self._people[giver_id] for giver_id in self._givers.get(person_id, ())):
            yield from ((giver, made.term) for made in giver.delegations if made.to_person_id == person_id)

    def _catch_up(self) -> None:
        with self._lock:
            while facts := self._store.read(self._position, _PAGE):
                for fact in facts:
                    self._take_in(fact)
                self._position = facts[-1].position

    def _take_in(self, fact: RecordedFact) -> None:
        kind, _, name = fact.stream.partition("-")
        if kind == PERSON.prefix:
            before = self._people.get(name, PERSON.initial)
            self._people[name] = who = PERSON.evolve(before, ACCESS_EVENTS.decode(fact.type, fact.data))
            for made in who.delegations:
                self._givers[made.to_person_id] = self._givers.get(made.to_person_id, frozenset()) | {name}
        elif kind == CLIENT.prefix:
            program = self._clients.get(name, CLIENT.initial)
            self._clients[name] = CLIENT.evolve(program, ACCESS_EVENTS.decode(fact.type, fact.data))


def _held(terms: Iterable[Term], there: frozenset[str], day: date) -> frozenset[Appointment]:
    held = (term for term in terms if term.holds_on(day) and term.unit_id in there)
    return frozenset(Appointment(term.role, term.unit_id) for term in held)
