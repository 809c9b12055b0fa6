"""Signing in: count the attempt, check the password, begin a session, and put it on record either way."""

from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import Engine

from services.chassis.clock import Clock
from services.gateway.identity.accounts import (
    Account,
    Standing,
    account_named,
    normal_user_name,
    nowhere,
    renew_hash,
    with_standing,
)
from services.gateway.identity.attempts import Attempt, attempt_of, count_attempt, forgive_attempt
from services.gateway.identity.errors import SignInRefused
from services.gateway.identity.events import SignedIn, SignInFailed
from services.gateway.identity.passwords import GREATEST_LENGTH, Passwords
from services.gateway.identity.published_events import AccessJournal
from services.gateway.identity.sessions import begin_session
from services.gateway.identity.set_up import FirstPerson, Welcome, by_nobody


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptSignIn:
    """What somebody says at the door; `address` is where they stand, and is kept as a hash only."""

    user_name: str
    password: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """The door."""

    engine: Engine
    passwords: Passwords
    journal: AccessJournal
    clock: Clock
    standing: Standing = nowhere
    welcome: Welcome = by_nobody

    def attempt(self, command: AttemptSignIn) -> str:
        """Let somebody in; give the session's secret.

        Raises:
            TooManyAttempts: The address, or the name there, failed too often lately; or the name everywhere, all too fast.
            SignInRefused: Name and password do not belong together.
        """
        user_name = normal_user_name(command.user_name)
        attempt = attempt_of(user_name, command.address)
        with self.engine.begin() as connection:
            count_attempt(connection, attempt, self.clock.now())
            found = account_named(connection, user_name)
        account, password_hash = found or (None, None)
        fits = len(command.password) <= GREATEST_LENGTH and self.passwords.belongs(command.password, password_hash)
        if account is None or not fits:
            self._refuse(account)
        return self._let_in(account, command.password, str(password_hash), attempt)

    def _refuse(self, account: Account | None) -> NoReturn:
        known = account.account_id if account else None
        with self.engine.begin() as connection:
            self.journal.record(connection, SignInFailed(account_id=known, because="name_or_password"))
        raise SignInRefused

    def _let_in(self, account: Account, password: str, password_hash: str, attempt: Attempt) -> str:
        renewed = self.passwords.hash(password) if self.passwords.outdated(password_hash) else None
        with self.engine.begin() as connection:
            forgive_attempt(connection, attempt, self.clock.now())
            if renewed is not None:
                renew_hash(connection, account.account_id, renewed)
            who = FirstPerson(
                account_id=account.account_id, user_name=account.user_name, display_name=account.display_name
            )
            self.welcome(connection, who)
            roles = tuple(sorted(with_standing(account, self.standing).roles))
            self.journal.record(connection, SignedIn(account_id=account.account_id, roles=roles))
            return begin_session(connection, account.account_id, self.clock.now())
