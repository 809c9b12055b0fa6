"""What happened at the door. Accounts stand in it by id, never by name; a failure names nobody."""

from dataclasses import dataclass
from typing import ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUpCompleted(Event):
    """The one-time link was used, and the first account opened."""

    wire_name: ClassVar[str] = "directory.set_up_completed.v1"
    account_id: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn(Event):
    """Somebody signed in."""

    wire_name: ClassVar[str] = "directory.signed_in.v1"
    account_id: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInFailed(Event):
    """An attempt was refused. `account_id` is known where the name was somebody's."""

    wire_name: ClassVar[str] = "directory.sign_in_failed.v1"
    account_id: str | None
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordChosen(Event):
    """Somebody used their own one-time link and chose a password; sessions that they had before are over."""

    wire_name: ClassVar[str] = "directory.password_chosen.v1"
    account_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessDenied(Event):
    """Somebody known was refused for want of a role, a scope or a unit. `where` is the method and the route."""

    wire_name: ClassVar[str] = "directory.access_denied.v1"
    subject: str
    because: str
    where: str


EVENTS: tuple[type[Event], ...] = (SetUpCompleted, SignedIn, SignInFailed, PasswordChosen, AccessDenied)
"""Every fact about the door, for the event registry."""
