"""The one-time set-up link: shown once at the start, kept as a hash, good for a day, and gone after the first account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from services.chassis.clock import Clock
from services.chassis.ids import NewId
from services.gateway.identity.accounts import NewAccount, any_account, normal_user_name, open_account
from services.gateway.identity.errors import SetUpLinkInvalid
from services.gateway.identity.events import SetUpCompleted
from services.gateway.identity.passwords import Passwords, refuse_weak
from services.gateway.identity.published_events import AccessJournal
from services.gateway.identity.sessions import begin_session, fresh_secret, hash_of
from services.gateway.identity.tables import set_up_links

LINK_LIFE = timedelta(hours=24)
FIRST_ROLES = frozenset({"operator"})

Welcome = Callable[[Connection, "FirstPerson"], None]
"""Lets the directory know of the first person, in the transaction in which their account is opened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompleteSetUp:
    """What the person with the link says."""

    token: str
    user_name: str
    display_name: str
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstPerson:
    """Who set the product up."""

    account_id: str
    user_name: str
    display_name: str


def by_nobody(_connection: Connection, _person: FirstPerson) -> None:
    """Welcome nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUp:
    """Issues the link and takes it back."""

    engine: Engine
    passwords: Passwords
    journal: AccessJournal
    clock: Clock
    new_id: NewId
    welcome: Welcome = by_nobody

    def issue_link(self) -> str | None:
        """Make a fresh token for the link and end older ones; `None` when somebody can sign in already."""
        token = fresh_secret()
        with self.engine.begin() as connection:
            if any_account(connection):
                return None
            connection.execute(delete(set_up_links))
            row = {"token_hash": hash_of(token), "expires_at": self.clock.now() + LINK_LIFE}
            connection.execute(insert(set_up_links).values(row))
        return token

    def link_holds(self, token: str) -> bool:
        """Say whether the link may be used now."""
        with self.engine.connect() as connection:
            return self._holds(connection, token)

    def complete(self, command: CompleteSetUp) -> str:
        """Open the first account, end the link, begin a session; give the session's secret.

        Raises:
            SetUpLinkInvalid: The link is unknown, used or too old.
            UserNameInvalid, PasswordTooWeak: Nothing was written.
        """
        user_name = normal_user_name(command.user_name)
        refuse_weak(command.password, user_name)
        account_id, now = self.new_id(), self.clock.now()
        new = NewAccount(
            account_id=account_id,
            user_name=user_name,
            display_name=command.display_name,
            password_hash=self.passwords.hash(command.password),
            roles=FIRST_ROLES,
            created_at=now,
        )
        with self.engine.begin() as connection:
            if not self._holds(connection, command.token) or any_account(connection):
                raise SetUpLinkInvalid
            # Whoever follows the link at the same moment waits here, and finds it gone.
            if not connection.execute(delete(set_up_links)).rowcount:
                raise SetUpLinkInvalid
            open_account(connection, new)
            who = FirstPerson(
                account_id=str(account_id), user_name=user_name, display_name=command.display_name.strip()
            )
            self.welcome(connection, who)
            fact = SetUpCompleted(account_id=str(account_id), roles=tuple(sorted(FIRST_ROLES)))
            self.journal.record(connection, fact)
            return begin_session(connection, str(account_id), now)

    def _holds(self, connection: Connection, token: str) -> bool:
        query = select(set_up_links.c.expires_at).where(set_up_links.c.token_hash == hash_of(token))
        expires_at = connection.execute(query).scalar()
        return expires_at is not None and self.clock.now() < expires_at
