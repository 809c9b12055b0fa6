"""People and API clients put together over one store, and what they may do on the business day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from services.chassis.identity.callers import Appointment
from services.chassis.privacy import ERASURES_FILE, ErasureJournal, SubjectKeys
from services.chassis.streams import Streams
from services.gateway.directory.access_messages import AccessPublisher
from services.gateway.directory.access_register import ACCESS_EVENTS, AccessRegister
from services.gateway.directory.clients import Clients
from services.gateway.directory.domain.people_commands import Wanted
from services.gateway.directory.domain.records import parent_on
from services.gateway.directory.handlers import Directory, tenant_of
from services.gateway.directory.people import People, replay_erasures, welcome_first
from services.gateway.directory.register import UnitRegister
from services.gateway.identity.api import Granted
from services.gateway.identity.client_secrets import secret_belongs
from services.gateway.identity.invitations import Invitations
from services.gateway.identity.set_up import FirstPerson

DESK = "reform_desk"


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """Who may do what, for the door, the token endpoint and the pages."""

    directory: Directory
    people: People
    clients: Clients

    def standing(self, subject: str) -> frozenset[Appointment]:
        """Give the roles that somebody holds in units on the business day."""
        return self.people.register.standing(subject, self.directory.clock.business_now().date())

    def granted(self, client_id: str) -> Granted | None:
        """Give what a program may do on the business day, `None` when it may not call."""
        program = self.clients.register.client_in_use(client_id)
        if program is None:
            return None
        held = self.standing(client_id)
        return Granted(scopes=frozenset(program.scopes), roles=frozenset(term.role for term in held), appointments=held)

    def secret_belongs(self, client_id: str, secret: str) -> bool:
        """Say whether a secret is that of a program that may call; the database is asked of no other."""
        known = self.clients.register.client_in_use(client_id) is not None
        return known and secret_belongs(self.people.reader, client_id, secret)

    def welcome(self, connection: Connection, first: FirstPerson) -> None:
        """Register who set the product up; the desk of the unit that leads the reform is theirs at once.

        Accounts that were opened before there were people are registered so when they next sign in.
        """
        if self.people.register.find_person(first.account_id) is not None:
            return
        today = self.directory.clock.business_now().date()
        unit_id = self.leading_unit()
        desk = Wanted(role=DESK, unit_id=unit_id, from_on=today) if unit_id else None
        welcome_first(self.people, connection, first, (desk,) if desk else ())

    def leading_unit(self) -> str | None:
        """Give the unit that leads the reform today: the one the pack names, else the one with most units below it."""
        today, units = self.directory.clock.business_now().date(), self.people.units.units_on
        there = {record.id: record for record in units(today)}
        if (named := tenant_of(self.directory.store).led_by) in there:
            return named
        below = Counter(parent for record in there.values() if (parent := parent_on(record, today)) in there)
        return max(sorted(there), key=lambda unit_id: below[unit_id], default=None)

    def replay_erasures(self, journals: Sequence[Path] = ()) -> int:
        """Erase again whoever was erased after this copy of the database was made; give how many."""
        self.people.erasures.take_over(journals, self.directory.clock.now())
        return replay_erasures(self.people)


def open_access(directory: Directory, engines: tuple[Engine, Engine], invitations: Invitations, keys: Path) -> Access:
    """Put people and clients together; `engines` write and read, `keys` is the folder of the erasure journal."""
    store, clock = directory.store, directory.clock
    writer, reader = engines
    publish = AccessPublisher(directory.source, store.incarnation(), clock, directory.new_id)
    streams = Streams(store, store, ACCESS_EVENTS, publish)
    units = UnitRegister(store)
    register = AccessRegister(store, units)
    people = People(
        engine=writer,
        reader=reader,
        streams=streams,
        units=units,
        register=register,
        keys=SubjectKeys(reader),
        invitations=invitations,
        erasures=ErasureJournal(keys / ERASURES_FILE),
        clock=clock,
        new_id=directory.new_id,
    )
    clients = Clients(engine=writer, streams=streams, units=units, register=register, clock=clock)
    return Access(directory=directory, people=people, clients=clients)
