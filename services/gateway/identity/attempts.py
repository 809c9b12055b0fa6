"""How often somebody may fail at the door before they have to wait, such that nobody can shut it before somebody else.

Failures lock out whoever makes them: an address, and sooner an address that tries one name. A name that fails from ever
new addresses is only slowed down, to 100 guesses an hour (OWASP ASVS 2.2.1), and not at all where it signed in lately.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.chassis.identity.addresses import subscriber_of
from services.gateway.identity.errors import TooManyAttempts
from services.gateway.identity.tables import sign_in_attempts


@dataclass(frozen=True, slots=True)
class Limit:
    """`failures` within `window` lock a subject until the window is over."""

    failures: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """`at_once` failures are free; then one more is allowed each `every`."""

    at_once: int
    every: timedelta


NAME_AT_ADDRESS_LIMIT = Limit(failures=5, window=timedelta(minutes=15))
ADDRESS_LIMIT = Limit(failures=30, window=timedelta(minutes=15))
NAME_PACE = Pace(at_once=10, every=timedelta(seconds=40))
KNOWN_FOR = timedelta(days=30)
"""So long after a sign-in its name is not slowed down at its address."""

_columns = sign_in_attempts.c


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, by hashes. A name that nobody has is counted like any other."""

    name: str
    address: str
    name_at_address: str
    known: str


def attempt_of(user_name: str, address: str) -> Attempt:
    """Give what an attempt is counted against; of an IPv6 address the network that one subscriber has."""
    at = subscriber_of(address)
    return Attempt(
        name=_hash("name", user_name),
        address=_hash("address", at),
        name_at_address=_hash("name-at-address", at, user_name),
        known=_hash("known", at, user_name),
    )


def count_attempt(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """Count an attempt before it is judged, so that guesses made at once are all counted.

    Raises:
        TooManyAttempts: A limit is reached; `retry_after_seconds` says how long it stays so.
    """
    _sweep(connection, now)
    _count(connection, attempt.address, ADDRESS_LIMIT, now)
    _count(connection, attempt.name_at_address, NAME_AT_ADDRESS_LIMIT, now)
    if not _is_known(connection, attempt):
        _slow_down(connection, attempt.name, NAME_PACE, now)


def forgive_attempt(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """Begin again for the name at its address after a success, and know it there; elsewhere only this attempt is forgiven."""
    connection.execute(delete(sign_in_attempts).where(_columns.subject_hash == attempt.name_at_address))
    subjects = [attempt.address] if _is_known(connection, attempt) else [attempt.address, attempt.name]
    counted = _columns.subject_hash.in_(subjects) & (_columns.failures > 0)
    connection.execute(update(sign_in_attempts).where(counted).values(failures=_columns.failures - 1))
    _locked_row(connection, attempt.known, now)
    _write(connection, attempt.known, 0, now)


def _count(connection: Connection, subject: str, limit: Limit, now: datetime) -> None:
    row = _locked_row(connection, subject, now)
    within = row.counted_since + limit.window > now
    if within and row.failures >= limit.failures:
        _refuse(row.counted_since + limit.window - now)
    failures, since = (row.failures + 1, row.counted_since) if within else (1, now)
    _write(connection, subject, failures, since)


def _slow_down(connection: Connection, subject: str, pace: Pace, now: datetime) -> None:
    row = _locked_row(connection, subject, now)
    forgotten = (now - row.counted_since) // pace.every
    failures, since = row.failures - forgotten, row.counted_since + forgotten * pace.every
    if failures <= 0:
        failures, since = 0, now
    if failures >= pace.at_once:
        _refuse(since + pace.every - now)
    _write(connection, subject, failures + 1, since)


def _refuse(wait: timedelta) -> None:
    raise TooManyAttempts(retry_after_seconds=int(wait.total_seconds()) + 1)


def _is_known(connection: Connection, attempt: Attempt) -> bool:
    known = select(_columns.subject_hash).where(_columns.subject_hash == attempt.known)
    return connection.execute(known).first() is not None


def _sweep(connection: Connection, now: datetime) -> None:
    """Let go of rows that say nothing any more; known addresses have no failures, and stay longer."""
    longest = max(ADDRESS_LIMIT.window, NAME_AT_ADDRESS_LIMIT.window, NAME_PACE.at_once * NAME_PACE.every)
    over = (_columns.failures > 0) & (_columns.counted_since < now - longest)
    connection.execute(delete(sign_in_attempts).where(or_(over, _columns.counted_since < now - KNOWN_FOR)))


def _write(connection: Connection, subject: str, failures: int, since: datetime) -> None:
    counted = update(sign_in_attempts).where(_columns.subject_hash == subject)
    connection.execute(counted.values(failures=failures, counted_since=since))


def _locked_row(connection: Connection, subject: str, now: datetime) -> Any:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = make(sign_in_attempts).values(subject_hash=subject, failures=0, counted_since=now)
    # One statement that writes the row either way: a success that begins again cannot take it away in between.
    locked = first.on_conflict_do_update(index_elements=["subject_hash"], set_={"subject_hash": subject})
    return connection.execute(locked.returning(_columns.failures, _columns.counted_since)).one()


def _hash(kind: str, *values: str) -> str:
    return hashlib.sha256(":".join((kind, *values)).encode()).hexdigest()
