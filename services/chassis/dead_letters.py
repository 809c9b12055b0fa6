"""Messages that broke their contract: listing them, trying them again, and letting them go.

A parked message is left out of the read model, and whatever its key stands for is incomplete until the message is
applied. A discarded one was never applied either, so its key stays incomplete; only a rebuild asks anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, and_, delete, select, update

from services.chassis.domain import InvalidMessage, NotFound
from services.chassis.envelope import decode
from services.chassis.projection import Delivery, Projection, View
from services.chassis.projector.builds import pointer_of, view_of
from services.chassis.projector.failures import UNFIT, why_unfit
from services.chassis.projector.parking import DISCARDED, PARKED
from services.chassis.projector.positions import count_change, is_applied, note_applied
from services.chassis.projector.tables import DEAD_LETTERS, POINTERS


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """A parked message: where it stands in the log, its bytes, and why it was not applied."""

    id: int
    projection: str
    build: int
    topic: str
    partition: int
    number: int | None
    """`None` when not even the number could be read."""
    resume: int
    """The log's own position: a Kafka offset, or an outbox position."""
    key: str
    value: bytes | None
    reason: str
    parked_at: str
    attempts: int
    state: str


def list_dead_letters(connection: Connection, projection: str | None = None) -> Sequence[DeadLetter]:
    """List the parked and discarded messages of the builds that readers see, oldest first."""
    live = and_(POINTERS.c.projection == DEAD_LETTERS.c.projection, POINTERS.c.build == DEAD_LETTERS.c.build)
    query = select(DEAD_LETTERS).join(POINTERS, live).order_by(DEAD_LETTERS.c.id)
    if projection is not None:
        query = query.where(DEAD_LETTERS.c.projection == projection)
    return [DeadLetter(**row) for row in connection.execute(query).mappings()]


def incomplete_keys(connection: Connection, projection: str) -> frozenset[tuple[str, str]]:
    """Give (topic, key) of everything that lacks a message in the build that readers see."""
    return frozenset((letter.topic, letter.key) for letter in list_dead_letters(connection, projection))


def retry(engine: Engine, projection: Projection, dead_letter_id: int) -> bool:
    """Apply a parked message now; false when it still breaks its contract and stays parked, with the new reason.

    Raises:
        NotFound: Nothing is parked under that id in the live build of the projection.
    """
    with engine.begin() as connection:
        row, view = _take(connection, projection, dead_letter_id)
        mine = DEAD_LETTERS.c.id == dead_letter_id
        try:
            with connection.begin_nested():
                _apply(connection, projection, row, view)
        except UNFIT as error:
            values = {"reason": why_unfit(error)[:1000], "attempts": row.attempts + 1}
            connection.execute(update(DEAD_LETTERS).where(mine).values(values))
            return False
        connection.execute(delete(DEAD_LETTERS).where(mine))
        count_change(connection, projection.name)
        return True


def discard(engine: Engine, projection: str, dead_letter_id: int) -> None:
    """Give a parked message up: it no longer counts against the limit, and its key stays incomplete.

    Raises:
        NotFound: Nothing is parked under that id.
    """
    mine = and_(DEAD_LETTERS.c.id == dead_letter_id, DEAD_LETTERS.c.projection == projection)
    with engine.begin() as connection:
        query = update(DEAD_LETTERS).where(mine, DEAD_LETTERS.c.state == PARKED).values(state=DISCARDED)
        if not connection.execute(query).rowcount:
            raise NotFound(f"nothing is parked under {dead_letter_id}", dead_letter=dead_letter_id)
        count_change(connection, projection)


def _take(connection: Connection, projection: Projection, dead_letter_id: int) -> tuple[Row[tuple[object, ...]], View]:
    # The pointer's lock keeps the projector from applying a batch at the same time.
    pointer = pointer_of(connection, projection.name, lock="update")
    build = pointer.build if pointer is not None and pointer.version == projection.version else -1
    mine = and_(DEAD_LETTERS.c.id == dead_letter_id, DEAD_LETTERS.c.projection == projection.name)
    row = connection.execute(select(DEAD_LETTERS).where(mine, DEAD_LETTERS.c.build == build)).one_or_none()
    if row is None:
        raise NotFound(f"nothing is parked under {dead_letter_id}", dead_letter=dead_letter_id)
    return row, view_of(connection, projection, build, live=True)


def _apply(connection: Connection, projection: Projection, row: Row[tuple[object, ...]], view: View) -> None:
    if row.number is None:
        raise InvalidMessage(row.reason)
    owner = (projection.name, row.build)
    if is_applied(connection, owner, (row.topic, row.key), row.number):
        return
    event = None if row.value is None else decode(row.value)
    projection.apply(view, [Delivery(row.topic, row.partition, row.number, row.key, event)])
    note_applied(connection, owner, (row.topic, row.key), row.number)
