"""What the directory does with API clients: register, revoke, and say by what they prove themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from sqlalchemy import Connection, Engine

from services.chassis.clock import Clock
from services.chassis.identity.clients import INTERNAL_CLIENT
from services.chassis.streams import Streams, Versioned
from services.gateway.directory.access_register import CLIENT, AccessRegister
from services.gateway.directory.domain import client
from services.gateway.directory.domain.client import Client, RegisterClient, RevokeClient
from services.gateway.directory.domain.errors import ClientIdTaken, ClientKeyInvalid
from services.gateway.directory.people import refuse_wrong_unit
from services.gateway.directory.recording import in_one_transaction, record
from services.gateway.directory.register import UnitRegister
from services.gateway.identity.accounts import ever_an_account
from services.gateway.identity.client_secrets import issue_secret, withdraw_secret

_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class Clients:
    """What the handlers work with."""

    engine: Engine
    streams: Streams
    units: UnitRegister
    register: AccessRegister
    clock: Clock

    def find_key(self, client_id: str) -> Mapping[str, Any] | None:
        """Give the public key of a program that may call."""
        found = self.register.client_in_use(client_id)
        return found.public_jwk if found is not None else None


def register_client(clients: Clients, command: RegisterClient) -> tuple[Versioned[Client], str | None]:
    """Let a program call; without a public key, give the secret that is shown this once.

    Raises:
        ClientIdTaken: A program of that id is or was there, or it is somebody's id.
        ClientKeyInvalid: The key is none that proves a program.
        TermInvalid, UnitNotFound, UnitNotThereThen, RoleNeedsUnit: The roles cannot be its.
    """
    if command.client_id == INTERNAL_CLIENT:
        raise ClientIdTaken("That is the name of our own programs.", client_id=command.client_id)
    for wanted in command.appointments:
        refuse_wrong_unit(clients.units, wanted)
    if command.public_jwk is not None:
        refuse_wrong_key(command.public_jwk)

    def work(connection: Connection) -> tuple[Versioned[Client], str | None]:
        # A token names its subject by id alone: a program under a person's id would hold that person's roles.
        if ever_an_account(connection, command.client_id):
            raise ClientIdTaken("That is somebody's id.", client_id=command.client_id)
        made = record(
            connection,
            clients.streams,
            CLIENT,
            command.client_id,
            lambda state: client.register_client(state, command),
        )
        secret = None if command.public_jwk is not None else issue_secret(connection, command.client_id)
        return made, secret

    return in_one_transaction(clients.engine, work)


def revoke_client(clients: Clients, client_id: str) -> Versioned[Client]:
    """Let a program call no more.

    Raises:
        ClientNotFound: No program has that id.
    """
    command = RevokeClient(at=clients.clock.business_now())

    def work(connection: Connection) -> Versioned[Client]:
        withdraw_secret(connection, client_id)
        return record(
            connection, clients.streams, CLIENT, client_id, lambda state: client.revoke_client(state, command)
        )

    return in_one_transaction(clients.engine, work)


def refuse_wrong_key(public_jwk: Mapping[str, Any]) -> None:
    """Refuse what is no public key by which a program can prove itself.

    Raises:
        ClientKeyInvalid: It is private, weak, of another kind, or cannot be read.
    """
    try:
        key = import_key(dict(public_jwk))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise ClientKeyInvalid("The key cannot be read.") from None
    if not _is_strong(key) or key.is_private:
        raise ClientKeyInvalid("Send the public half of an Ed25519, P-256 or RSA key.")


def _is_strong(key: object) -> bool:
    match key:
        case OKPKey():
            return key.curve_name == "Ed25519"
        case ECKey():
            return key.curve_name == "P-256"
        case RSAKey():
            return key.public_key.key_size >= _LEAST_RSA_BITS
        case _:
            return False
