"""An API client: a program with a key or a secret of its own, what it may do, and in which units. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from services.chassis.domain import Command, Event
from services.gateway.directory.domain.errors import ClientIdTaken, ClientNotFound
from services.gateway.directory.domain.people_commands import Wanted
from services.gateway.directory.domain.terms import Term, refuse_empty


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterClient(Command):
    """Let a program call. Without a public key it proves itself by a secret."""

    client_id: str
    name: str
    public_jwk: Mapping[str, Any] | None
    scopes: tuple[str, ...]
    appointments: tuple[Wanted, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeClient(Command):
    """Let a program call no more."""

    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRegistered(Event):
    """A program may call with these scopes and roles."""

    wire_name: ClassVar[str] = "directory.client_registered.v1"
    client_id: str
    name: str
    public_jwk: Mapping[str, Any] | None
    scopes: tuple[str, ...]
    appointments: tuple[Term, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRevoked(Event):
    """A program may call no more; tokens that it has end within ten minutes."""

    wire_name: ClassVar[str] = "directory.client_revoked.v1"
    at: datetime


EVENTS: tuple[type[Event], ...] = (ClientRegistered, ClientRevoked)
"""Every fact about API clients, for the event registry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """A program as rules need it."""

    client_id: str = ""
    name: str = ""
    public_jwk: Mapping[str, Any] | None = None
    scopes: tuple[str, ...] = ()
    appointments: tuple[Term, ...] = ()
    revoked_at: datetime | None = None

    @property
    def in_use(self) -> bool:
        """Whether it may call."""
        return bool(self.client_id) and self.revoked_at is None


INITIAL = Client()


def evolve(state: Client, event: Event) -> Client:
    """Fold one fact into the state."""
    match event:
        case ClientRegistered():
            return Client(
                client_id=event.client_id,
                name=event.name,
                public_jwk=event.public_jwk,
                scopes=event.scopes,
                appointments=event.appointments,
            )
        case ClientRevoked(at=at):
            return replace(state, revoked_at=at)
        case _:
            return state


def register_client(state: Client, command: RegisterClient) -> Sequence[Event]:
    """Let a program call; the very same again says nothing new.

    Raises:
        ClientIdTaken: A program of that id is or was there with other particulars.
        TermInvalid: An appointment ends before it begins.
    """
    for wanted in command.appointments:
        refuse_empty(wanted.from_on, wanted.to_on)
    registered = ClientRegistered(
        client_id=command.client_id,
        name=command.name,
        public_jwk=command.public_jwk,
        scopes=tuple(sorted(set(command.scopes))),
        appointments=tuple(_term(n, wanted) for n, wanted in enumerate(command.appointments, 1)),
        at=command.at,
    )
    if not state.client_id:
        return (registered,)
    if state == evolve(state, registered) and state.public_jwk:
        return ()
    raise ClientIdTaken("A client of that id is or was there.", client_id=command.client_id)


def _term(n: int, wanted: Wanted) -> Term:
    return Term(n=n, role=wanted.role, unit_id=wanted.unit_id, from_on=wanted.from_on, to_on=wanted.to_on)


def revoke_client(state: Client, command: RevokeClient) -> Sequence[Event]:
    """Let a program call no more; once is enough.

    Raises:
        ClientNotFound: No program has that id.
    """
    if not state.client_id:
        raise ClientNotFound
    return () if state.revoked_at is not None else (ClientRevoked(at=command.at),)
