"""A neutral read model for tests and benches: a tally per key, every message as a row, and the newest state per key."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, tuple_

from services.chassis.domain import InvalidMessage
from services.chassis.projection import Delivery, TableName, View
from services.chassis.upsert import upsert

EVENTS = "things.thing.events.v1"
STATES = "things.thing.state.v1"


class Amount(msgspec.Struct):
    """What the tallied messages carry."""

    amount: int = 0


_decoder = msgspec.json.Decoder(Amount)


class Tallies:
    """Folds messages into one row per key, and can keep each message as a row of its own."""

    def __init__(self, name: str = "tallies", *, version: int = 1, topics: tuple[str, ...] = (EVENTS, STATES)) -> None:
        """Name the read model; several of them may stand in one database."""
        self.name = name
        self.version = version
        self.topics = topics

    @staticmethod
    def read_amount(delivery: Delivery) -> int:
        """Read what a message carries."""
        return amount_of(delivery)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare `sums`, `entries` and `states`."""
        Table(
            name("sums"),
            metadata,
            Column("key", String, primary_key=True),
            Column("messages", BigInteger, nullable=False),
            Column("amount", BigInteger, nullable=False),
        )
        Table(
            name("entries"),
            metadata,
            Column("topic", String, primary_key=True),
            Column("partition", Integer, primary_key=True, autoincrement=False),
            Column("number", BigInteger, primary_key=True, autoincrement=False),
            Column("key", String, nullable=False),
            Column("amount", BigInteger, nullable=False),
        )
        Table(
            name("states"),
            metadata,
            Column("key", String, primary_key=True),
            Column("number", BigInteger, nullable=False),
            Column("amount", BigInteger),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch. A message twice, or one that is out of order within its lane, breaks a key or a check."""
        events = [delivery for delivery in batch if delivery.topic != STATES]
        self.fold(view, events)
        self.keep(view, events)
        states = {one.key: one for one in batch if one.topic == STATES}
        gone = [(key,) for key, one in states.items() if one.event is None]
        if gone:
            table = view.table("states")
            view.connection.execute(table.delete().where(tuple_(table.c.key).in_(gone)))
        rows = [(key, one.number, self.read_amount(one)) for key, one in states.items() if one.event is not None]
        upsert(view.connection, view.table("states"), rows)

    def fold(self, view: View, events: Sequence[Delivery]) -> None:
        """Add events up by key, and write each key once."""
        sums: dict[str, tuple[int, int]] = {}
        for delivery in events:
            messages, amount = sums.get(delivery.key, (0, 0))
            sums[delivery.key] = (messages + 1, amount + self.read_amount(delivery))
        rows = [(key, *folded) for key, folded in sorted(sums.items())]
        upsert(view.connection, view.table("sums"), rows, adding=("messages", "amount"))

    def keep(self, view: View, events: Sequence[Delivery]) -> None:
        """Keep each event as a row; the same event twice breaks the primary key."""
        rows = [self._entry(delivery) for delivery in events]
        if rows:
            view.connection.execute(view.table("entries").insert(), rows)

    def _entry(self, delivery: Delivery) -> dict[str, object]:
        return {
            "topic": delivery.topic,
            "partition": delivery.partition,
            "number": delivery.number,
            "key": delivery.key,
            "amount": self.read_amount(delivery),
        }


def amount_of(delivery: Delivery) -> int:
    """Read what a message carries.

    Raises:
        InvalidMessage: It carries something else.
    """
    if delivery.event is None:
        raise InvalidMessage("a tombstone has no amount")
    try:
        return _decoder.decode(delivery.event.data).amount
    except msgspec.DecodeError as error:
        raise InvalidMessage(str(error)) from error
