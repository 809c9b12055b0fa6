"""Parking a message that breaks its contract: alone, raw, with where it came from."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.chassis.broker.port import Record
from services.chassis.projector.positions import Owner
from services.chassis.projector.tables import DEAD_LETTERS

PARKED, DISCARDED = "parked", "discarded"


class TooManyDeadLetters(Exception):  # noqa: N818 - names what was met
    """Raised when more messages break their contract than may be parked; the projection stops and nothing is lost."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A record that could not be applied, and why. `number` is `None` when not even that could be read."""

    record: Record
    number: int | None
    reason: str


def park(connection: Connection, owner: Owner, unfit: Iterable[Unfit], *, now: str, limit: int) -> None:
    """Park records; one that is read a second time stays parked once.

    Raises:
        TooManyDeadLetters: More than `limit` would be parked.
    """
    if rows := [_row(owner, one, now) for one in unfit]:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(DEAD_LETTERS).on_conflict_do_nothing(), rows)
        if (parked := count_parked(connection, owner)) > limit:
            raise TooManyDeadLetters(f"{parked} messages of {owner[0]} break their contract, {limit} may be parked")


def count_parked(connection: Connection, owner: Owner) -> int:
    """Count a build's messages that wait for a retry or a discard."""
    mine = and_(DEAD_LETTERS.c.projection == owner[0], DEAD_LETTERS.c.build == owner[1])
    query = select(func.count()).select_from(DEAD_LETTERS).where(mine, DEAD_LETTERS.c.state == PARKED)
    return int(connection.execute(query).scalar_one())


def _row(owner: Owner, unfit: Unfit, now: str) -> dict[str, object]:
    record = unfit.record
    return {
        "projection": owner[0],
        "build": owner[1],
        "topic": record.topic,
        "partition": record.partition,
        "number": unfit.number,
        "resume": record.resume,
        "key": record.key,
        "value": record.value,
        "reason": unfit.reason[:1000],
        "parked_at": now,
        "attempts": 0,
        "state": PARKED,
    }
