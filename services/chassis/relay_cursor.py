"""How far a store's outbox has been copied to the log; written only by the relay that holds the lease."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, text

from services.chassis.broker.port import Record
from services.chassis.domain import InvalidMessage
from services.chassis.envelope import decode, number_of
from services.chassis.leases import Leases

_metadata = MetaData()
_cursor = Table(
    "relay_cursor",
    _metadata,
    Column("store", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

_LAST_SENT = """
SELECT heads.topic, heads.partition, coalesce(min(waiting.number) - 1, max(heads.number))
FROM outbox_heads AS heads
LEFT JOIN outbox AS waiting
    ON waiting.topic = heads.topic AND waiting.partition = heads.partition AND waiting.position > :position
GROUP BY heads.topic, heads.partition
"""
_FIRST_AFTER = """
SELECT min(position) FROM outbox WHERE topic = :topic AND partition = :partition AND number > :number
"""
_FIRST_OF_LIFE = """
SELECT min(number) FROM outbox WHERE topic = :topic AND partition = :partition AND incarnation = :incarnation
"""

_UNSENT = """
SELECT (SELECT coalesce(max(position), 0) FROM outbox) - (SELECT coalesce(max(position), 0) FROM relay_cursor)
"""

Lane = tuple[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tail:
    """The newest record of a lane in the log: its number, and the life of the store that wrote it."""

    number: int
    incarnation: str


def create_relay_cursor(connection: Connection) -> None:
    """Create the table where it is missing."""
    _metadata.create_all(connection)


def lease_of(store_name: str) -> str:
    """Name the lease of who relays a store."""
    return f"relay:{store_name}"


def count_unsent(connection: Connection) -> int:
    """Count the messages of a store's outbox that the log has not acknowledged."""
    return int(connection.execute(text(_UNSENT)).scalar_one())


def tail_of(record: Record | None, incarnation: UUID) -> Tail | None:
    """Read what the newest record of a lane tells, `None` if it is none of ours. An empty lane ends with number 0."""
    if record is None:
        return Tail(number=0, incarnation=str(incarnation))
    if record.number is not None and record.incarnation is not None:
        return Tail(number=record.number, incarnation=record.incarnation)
    try:
        value = record.value or b""
        return Tail(number=number_of(value), incarnation=decode(value).incarnation)
    except InvalidMessage:
        return None


class RelayCursor:
    """The position up to which the log has acknowledged every row, in the store's own database."""

    def __init__(self, leases: Leases, store_name: str) -> None:
        """Name the lease after the store; `leases` are those of the store's database."""
        self.lease = lease_of(store_name)
        self._leases, self._store_name = leases, store_name

    def load(self, epoch: int) -> int:
        """Read the position; 0 for a store that was never relayed."""
        with self._leases.engine.begin() as connection:
            self._leases.fence(connection, self.lease, epoch)
            return self._position(connection)

    def _position(self, connection: Connection) -> int:
        parameters = {"store": self._store_name}
        found = connection.execute(text("SELECT position FROM relay_cursor WHERE store = :store"), parameters)
        position: int = found.scalar_one_or_none() or 0
        return position

    def save(self, epoch: int, position: int) -> None:
        """Write the position, back too.

        Raises:
            LeaseLost: Another relay leads now; nothing was written.
        """
        with self._leases.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # A position lost in a power cut makes twins, which cost little; waiting for the disk at each page does not.
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            self._leases.fence(connection, self.lease, epoch)
            connection.execute(
                text(
                    "INSERT INTO relay_cursor (store, position) VALUES (:store, :position)"
                    " ON CONFLICT (store) DO UPDATE SET position = excluded.position"
                ),
                {"store": self._store_name, "position": position},
            )

    def rewound(self, position: int, tails: Mapping[Lane, Tail], incarnation: UUID) -> int:
        """Give the position from which to go on so that the log has everything again.

        A tail tells what the log lost, not what it has: a log `4 5 6` ends with 6 and lacks 1 to 3. The position is
        therefore never moved forward.

        Args:
            position: Up to where the log once acknowledged every row.
            tails: What the log ends with; lanes that are not named are left alone.
            incarnation: The store's present life.
        """
        with self._leases.engine.begin() as connection:
            sent = connection.execute(text(_LAST_SENT), {"position": position}).all()
            lost = [
                _last_kept_position(connection, (topic, partition), kept)
                for topic, partition, number in sent
                if (tail := tails.get((topic, partition))) is not None
                and (kept := _last_kept(connection, (topic, partition), tail, incarnation)) < number
            ]
        return min([position, *lost])


def _last_kept(connection: Connection, lane: Lane, tail: Tail, incarnation: UUID) -> int:
    if tail.incarnation == str(incarnation):
        return tail.number
    # The numbers of a former life go on beyond those of this one: what counts is that nothing of this life is there.
    life = incarnation.bytes if connection.dialect.name == "sqlite" else incarnation
    parameters = {"topic": lane[0], "partition": lane[1], "incarnation": life}
    first: int | None = connection.execute(text(_FIRST_OF_LIFE), parameters).scalar_one()
    return tail.number if first is None else min(tail.number, first - 1)


def _last_kept_position(connection: Connection, lane: Lane, kept: int) -> int:
    parameters = {"topic": lane[0], "partition": lane[1], "number": kept}
    first_lost: int = connection.execute(text(_FIRST_AFTER), parameters).scalar_one()
    return first_lost - 1
