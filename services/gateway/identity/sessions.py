"""Sessions: a random secret in the browser's cookie, its hash here, and how long both are good for."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from services.chassis.clock import Clock
from services.chassis.ids import new_secret
from services.gateway.identity.accounts import Account, Standing, account_of, nowhere, with_standing
from services.gateway.identity.tables import sessions

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)

_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Whose session it is. `session_hash` names the session without opening it."""

    account: Account
    session_hash: str


def begin_session(connection: Connection, account_id: str, now: datetime) -> str:
    """Begin a session and give the secret for the cookie; sessions that are over are swept out."""
    secret = fresh_secret()
    connection.execute(delete(sessions).where(sessions.c.created_at < now - LONGEST))
    row = {"session_hash": hash_of(secret), "account_id": account_id, "created_at": now, "seen_at": now}
    connection.execute(insert(sessions).values(row))
    return secret


def end_sessions(connection: Connection, account_id: str) -> None:
    """End every session of an account."""
    connection.execute(delete(sessions).where(sessions.c.account_id == account_id))


def fresh_secret() -> str:
    """Make 32 random bytes, as they are shown once."""
    return base64.urlsafe_b64encode(new_secret()).rstrip(b"=").decode()


def hash_of(secret: str) -> str:
    """Give the name under which a session, link or program's secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sessions:
    """Finds and ends sessions. Reading is the rule; that a session is in use is written every five minutes."""

    def __init__(self, reader: Engine, writer: Engine, clock: Clock, standing: Standing = nowhere) -> None:
        """Read through one engine and write through the other; `standing` says who holds which role today."""
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._standing = standing

    def find(self, secret: str | None) -> SignedIn | None:
        """Give the session that a cookie opens, `None` when it opens none."""
        if not secret:
            return None
        now, session_hash = self._clock.now(), hash_of(secret)
        with self._reader.connect() as connection:
            row = connection.execute(select(sessions).where(sessions.c.session_hash == session_hash)).first()
            if row is None or row.created_at + LONGEST <= now or row.seen_at + IDLE <= now:
                return None
            account = account_of(connection, row.account_id)
        if row.seen_at + _NOTED_EVERY <= now:
            self._note_seen(session_hash, now)
        if account is None:
            return None
        return SignedIn(account=with_standing(account, self._standing), session_hash=session_hash)

    def end(self, secret: str) -> None:
        """End a session; its cookie opens nothing any more."""
        with self._writer.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.session_hash == hash_of(secret)))

    def _note_seen(self, session_hash: str, now: datetime) -> None:
        with self._writer.begin() as connection:
            seen = update(sessions).where(sessions.c.session_hash == session_hash).values(seen_at=now)
            connection.execute(seen)
