"""What happened to people and their roles. Names stand in it sealed under the person's own key, and nowhere else."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRegistered(Event):
    """Somebody may be given roles. Both names are sealed."""

    wire_name: ClassVar[str] = "directory.person_registered.v1"
    person_id: str
    user_name: str
    display_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUpLinkIssued(Event):
    """Somebody was given a one-time link by which they choose their password."""

    wire_name: ClassVar[str] = "directory.set_up_link_issued.v1"
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonAppointed(Event):
    """Somebody holds a role in a unit; `to_on` is the first day on which they no longer do."""

    wire_name: ClassVar[str] = "directory.person_appointed.v1"
    n: int
    role: str
    unit_id: str
    from_on: date
    to_on: date | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AppointmentEnded(Event):
    """An appointment ends; `on` is the first day on which the role is no longer held."""

    wire_name: ClassVar[str] = "directory.appointment_ended.v1"
    n: int
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleDelegated(Event):
    """Somebody lets another hold their role as well; `to_on` is the first day on which the other no longer does."""

    wire_name: ClassVar[str] = "directory.role_delegated.v1"
    n: int
    role: str
    unit_id: str
    to_person_id: str
    from_on: date
    to_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DelegationEnded(Event):
    """A delegation was taken back; `on` is the first day on which it no longer holds."""

    wire_name: ClassVar[str] = "directory.delegation_ended.v1"
    n: int
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonErased(Event):
    """Somebody's key was destroyed and their account closed; their id stays on what they did."""

    wire_name: ClassVar[str] = "directory.person_erased.v1"
    at: datetime


EVENTS: tuple[type[Event], ...] = (
    PersonRegistered,
    SetUpLinkIssued,
    PersonAppointed,
    AppointmentEnded,
    RoleDelegated,
    DelegationEnded,
    PersonErased,
)
"""Every fact about people, for the event registry."""
