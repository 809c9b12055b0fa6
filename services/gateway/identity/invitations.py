"""One-time links by which people choose their password: kept as hashes, one per person, good for three days."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from services.chassis.clock import Clock
from services.gateway.identity.accounts import Account, account_of, renew_hash
from services.gateway.identity.errors import SetUpLinkInvalid
from services.gateway.identity.events import PasswordChosen
from services.gateway.identity.passwords import Passwords, refuse_weak
from services.gateway.identity.published_events import AccessJournal
from services.gateway.identity.sessions import begin_session, end_sessions, fresh_secret, hash_of
from services.gateway.identity.tables import person_links

LINK_LIFE = timedelta(days=3)


def invitation_path(token: str) -> str:
    """Give the path of a person's link."""
    return f"/account/set-up?token={token}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitations:
    """Issues the links and takes them back."""

    engine: Engine
    passwords: Passwords
    journal: AccessJournal
    clock: Clock

    def issue(self, connection: Connection, account_id: str) -> str:
        """Make a token for somebody's link; the one they had before ends."""
        token = fresh_secret()
        withdraw(connection, account_id)
        row = {"token_hash": hash_of(token), "account_id": account_id, "expires_at": self.clock.now() + LINK_LIFE}
        connection.execute(insert(person_links).values(row))
        return token

    def whose(self, token: str) -> Account | None:
        """Give the account that a link is for, `None` when it is unknown, used or too old."""
        with self.engine.connect() as connection:
            return self._whose(connection, token)

    def accept(self, token: str, password: str) -> str:
        """Keep the password that somebody chose, end their link and older sessions, begin a session; give its secret.

        Raises:
            SetUpLinkInvalid: The link is unknown, used or too old.
            PasswordTooWeak: Nothing was written.
        """
        account = self.whose(token)
        if account is None:
            raise SetUpLinkInvalid
        refuse_weak(password, account.user_name)
        password_hash = self.passwords.hash(password)
        with self.engine.begin() as connection:
            if self._whose(connection, token) is None or not _spend(connection, token):
                raise SetUpLinkInvalid
            end_sessions(connection, account.account_id)
            renew_hash(connection, account.account_id, password_hash)
            self.journal.record(connection, PasswordChosen(account_id=account.account_id))
            return begin_session(connection, account.account_id, self.clock.now())

    def _whose(self, connection: Connection, token: str) -> Account | None:
        query = select(person_links).where(person_links.c.token_hash == hash_of(token))
        row = connection.execute(query).first()
        if row is None or row.expires_at <= self.clock.now():
            return None
        return account_of(connection, row.account_id)


def _spend(connection: Connection, token: str) -> bool:
    # Whoever follows the link at the same moment waits here, and finds it gone.
    return connection.execute(delete(person_links).where(person_links.c.token_hash == hash_of(token))).rowcount > 0


def withdraw(connection: Connection, account_id: str) -> None:
    """End the links of somebody."""
    connection.execute(delete(person_links).where(person_links.c.account_id == account_id))
