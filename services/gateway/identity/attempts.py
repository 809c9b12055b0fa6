"""Lock-out: how often a name or an address may fail before it has to wait."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.gateway.identity.errors import TooManyAttempts
from services.gateway.identity.tables import sign_in_attempts


@dataclass(frozen=True, slots=True)
class Limit:
    """`failures` within `window` lock a subject until the window is over."""

    failures: int
    window: timedelta


NAME_LIMIT = Limit(failures=5, window=timedelta(minutes=15))
ADDRESS_LIMIT = Limit(failures=30, window=timedelta(minutes=15))

Subject = tuple[str, Limit]
"""Something that fails and is counted, with its limit."""


def subjects_of(user_name: str, address: str) -> tuple[Subject, Subject]:
    """Give what an attempt is counted against. A name that nobody has is counted like any other."""
    return (_hash("name", user_name), NAME_LIMIT), (_hash("address", address), ADDRESS_LIMIT)


def count_attempt(connection: Connection, subjects: tuple[Subject, Subject], now: datetime) -> None:
    """Count an attempt before it is judged, so that guesses made at once are all counted.

    Raises:
        TooManyAttempts: A limit is reached; `retry_after_seconds` says how long it stays so.
    """
    for subject, limit in subjects:
        _count(connection, subject, limit, now)


def forgive_attempt(connection: Connection, subjects: tuple[Subject, Subject]) -> None:
    """Begin again for the name after a success; of the address only this attempt is taken back."""
    (name, _), (address, _) = subjects
    connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.subject_hash == name))
    counted = sign_in_attempts.c.subject_hash == address
    connection.execute(update(sign_in_attempts).where(counted).values(failures=sign_in_attempts.c.failures - 1))


def _count(connection: Connection, subject: str, limit: Limit, now: datetime) -> None:
    row = _locked_row(connection, subject, now)
    within = row.counted_since + limit.window > now
    if within and row.failures >= limit.failures:
        wait = row.counted_since + limit.window - now
        raise TooManyAttempts(retry_after_seconds=int(wait.total_seconds()) + 1)
    changes = {"failures": row.failures + 1} if within else {"failures": 1, "counted_since": now}
    counted = sign_in_attempts.c.subject_hash == subject
    connection.execute(update(sign_in_attempts).where(counted).values(changes))


def _locked_row(connection: Connection, subject: str, now: datetime) -> Any:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = {"subject_hash": subject, "failures": 0, "counted_since": now}
    connection.execute(make(sign_in_attempts).values(first).on_conflict_do_nothing())
    counted = sign_in_attempts.c.subject_hash == subject
    return connection.execute(select(sign_in_attempts).where(counted).with_for_update()).one()


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
