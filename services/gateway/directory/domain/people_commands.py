"""What is asked about people and their roles."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.domain import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A role in a unit that somebody is to hold."""

    role: str
    unit_id: str
    from_on: date
    to_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterPerson(Command):
    """Let somebody have roles; both names are sealed already."""

    person_id: str
    user_name: str
    display_name: str
    appointments: tuple[Wanted, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AppointPerson(Command):
    """Give somebody a role in a unit."""

    wanted: Wanted
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EndAppointment(Command):
    """Let an appointment end; `on` is the first day without it."""

    n: int
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DelegateRole(Command):
    """Let another hold one's role as well."""

    role: str
    unit_id: str
    to_person_id: str
    from_on: date
    to_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EndDelegation(Command):
    """Take a delegation back; `on` is the first day without it."""

    n: int
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasePerson(Command):
    """Forget who somebody was."""

    at: datetime
