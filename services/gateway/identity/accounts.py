"""Accounts: who may sign in, in which roles, and what each role may do."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.chassis.identity.callers import Appointment
from services.gateway.identity.errors import UserNameInvalid, UserNameTaken
from services.gateway.identity.tables import accounts

ALL_SCOPES = frozenset(
    {
        "survey:admin",
        "survey:counter-days",
        "survey:read",
        "tasks:read",
        "tasks:act",
        "tasks:lead",
        "indicators:read",
        "indicators:measure",
        "indicators:approve",
        "indicators:define",
        "streams:read",
        "directory:read",
        "directory:admin",
        "directory:self",
        "reporting:read",
        "system:operate",
    }
)

_OF_PEOPLE = frozenset({"directory:read", "directory:self"})
_OF_READERS = _OF_PEOPLE | {"survey:read", "reporting:read", "tasks:read", "indicators:read", "streams:read"}
_OF_UNITS = _OF_READERS | {"tasks:act", "indicators:measure"}

SCOPES_OF_ROLES: Mapping[str, frozenset[str]] = {
    "operator": ALL_SCOPES,
    "reform_desk": ALL_SCOPES - {"system:operate"},
    "chairman": _OF_READERS | {"tasks:lead", "indicators:approve"},
    "inspector": _OF_READERS,
    "unit_head": _OF_UNITS,
    "unit_clerk": _OF_UNITS | {"survey:counter-days"},
    "counter_officer": frozenset({"survey:counter-days", "directory:self"}),
    "provincial_reader": frozenset({"reporting:read", "indicators:read", "streams:read", "directory:self"}),
}
"""What each role may do; a token carries the union. For which units somebody may act, their appointments say."""

_USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,78}[a-z0-9]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Somebody who may sign in. `appointments` are the roles that they hold in units today, and `roles` all of them."""

    account_id: str
    user_name: str
    display_name: str
    roles: frozenset[str]
    appointments: frozenset[Appointment] = frozenset()

    @property
    def scopes(self) -> frozenset[str]:
        """What the account's roles allow."""
        return frozenset().union(*(SCOPES_OF_ROLES.get(role, frozenset()) for role in self.roles))


Standing = Callable[[str], frozenset[Appointment]]
"""Gives the roles that an account holds in units today, by its id."""


def nowhere(_account_id: str) -> frozenset[Appointment]:
    """Give no appointment: the standing of everybody where nobody is appointed."""
    return frozenset()


def with_standing(account: Account, standing: Standing) -> Account:
    """Give an account with what it holds in units today."""
    held = standing(account.account_id)
    return replace(account, appointments=held, roles=account.roles | {appointment.role for appointment in held})


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """What has to be known to open an account; an empty `password_hash` lets nobody in yet."""

    account_id: UUID
    user_name: str
    display_name: str
    password_hash: str
    roles: frozenset[str]
    created_at: datetime


def normal_user_name(written: str) -> str:
    """Give a user name in the one form in which it is kept and compared."""
    return written.strip().casefold()


def open_account(connection: Connection, new: NewAccount) -> None:
    """Open an account.

    Raises:
        UserNameInvalid: The name is not one.
        UserNameTaken: Somebody has it.
    """
    if _USER_NAME.fullmatch(new.user_name) is None:
        raise UserNameInvalid
    row = {
        "account_id": str(new.account_id),
        "user_name": new.user_name,
        "display_name": new.display_name.strip() or new.user_name,
        "password_hash": new.password_hash,
        "roles": json.dumps(sorted(new.roles)),
        "closed": False,
        "created_at": new.created_at,
    }
    try:
        connection.execute(insert(accounts).values(row))
    except IntegrityError:
        raise UserNameTaken(user_name=new.user_name) from None


def any_account(connection: Connection) -> bool:
    """Say whether anybody may sign in yet; who has not chosen a password cannot."""
    able = (
        select(func.count()).select_from(accounts).where(accounts.c.password_hash != "", accounts.c.closed.is_(False))
    )
    return bool(connection.execute(able).scalar_one())


def able_to_sign_in(connection: Connection, account_ids: Iterable[str]) -> frozenset[str]:
    """Give those of some ids whose account has a password and was not closed."""
    able = select(accounts.c.account_id).where(accounts.c.password_hash != "", accounts.c.closed.is_(False))
    return frozenset(connection.execute(able.where(accounts.c.account_id.in_(list(account_ids)))).scalars())


def ever_an_account(connection: Connection, account_id: str) -> bool:
    """Say whether an id is or was an account's."""
    return connection.execute(select(accounts.c.closed).where(accounts.c.account_id == account_id)).first() is not None


def account_named(connection: Connection, user_name: str) -> tuple[Account, str] | None:
    """Find an open account and its password hash by user name."""
    query = select(accounts).where(
        accounts.c.user_name == user_name, accounts.c.closed.is_(False), accounts.c.password_hash != ""
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else (_account(row), str(row["password_hash"]))


def account_of(connection: Connection, account_id: str) -> Account | None:
    """Find an open account by its id."""
    query = select(accounts).where(accounts.c.account_id == account_id, accounts.c.closed.is_(False))
    row = connection.execute(query).mappings().first()
    return None if row is None else _account(row)


def renew_hash(connection: Connection, account_id: str, password_hash: str) -> None:
    """Keep a password hash made with today's settings."""
    changed = update(accounts).where(accounts.c.account_id == account_id).values(password_hash=password_hash)
    connection.execute(changed)


def forget_account(connection: Connection, account_id: str) -> None:
    """Close an account and keep nothing of whose it was but its id."""
    nobody = {"user_name": f"erased-{account_id}", "display_name": "", "password_hash": "", "closed": True}
    connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(nobody))


def _account(row: Mapping[Any, Any]) -> Account:
    return Account(
        account_id=row["account_id"],
        user_name=row["user_name"],
        display_name=row["display_name"],
        roles=frozenset(json.loads(row["roles"])),
    )
