"""What the projector's benches share: ballot-like messages, and two read models made of them."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table

from services.chassis.event_store.port import OutboxRow
from services.chassis.projection import Delivery, TableName, View
from services.chassis.testing.sending import Sender
from services.chassis.upsert import upsert

TOPIC = "survey.ballot.events.v1"
DEVICES = 300
"""Streams, and so keys, among which the messages are spread."""

REASONS = ("waiting", "attitude", "procedure")


class Cast(msgspec.Struct):
    """What the bench's messages carry; what else a ballot has is passed over."""

    ballot_id: str
    counter_id: str
    day: str
    score: int
    reasons: tuple[str, ...] = ()


_decode = msgspec.json.Decoder(Cast).decode


def ballot_rows(count: int) -> Iterator[OutboxRow]:
    """Make messages of about 650 bytes, as the survey publishes them."""
    sender = Sender()
    for nth in range(count):
        device = nth % DEVICES
        yield sender.row(
            TOPIC,
            f"ballots-{device:08d}-0000-4000-8000-000000000000",
            {
                "ballot_id": f"{nth:08d}-0000-4000-8000-000000000000",
                "one_stop_id": f"one-stop-{device % 23}",
                "counter_id": f"counter-{device % 90}",
                "field": "unknown",
                "family": "counter",
                "questionnaire": "sha256:" + "0" * 64,
                "score": nth % 5 + 1,
                "reasons": [REASONS[nth % 3]] if nth % 5 < 2 else [],
                "day": f"2021-06-{nth // 997 % 28 + 1:02d}",
                "counted": True,
                "not_counted_because": None,
            },
            kind="cchc.survey.ballot_cast.v1",
        )


class Folded:
    """A figure per counter and day: count and sum of scores. A batch becomes one upsert."""

    version = 1
    topics = (TOPIC,)

    def __init__(self, name: str) -> None:
        self.name = name

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the one table."""
        Table(
            name("figures"),
            metadata,
            Column("counter_id", String, primary_key=True),
            Column("day", String, primary_key=True),
            Column("ballots", BigInteger, nullable=False),
            Column("scores", BigInteger, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch."""
        figures: dict[tuple[str, str], list[int]] = {}
        for delivery in batch:
            assert delivery.event is not None
            cast = _decode(delivery.event.data)
            figure = figures.get(key := (cast.counter_id, cast.day))
            if figure is None:
                figures[key] = [1, cast.score]
            else:
                figure[0] += 1
                figure[1] += cast.score
        rows = [(*key, *figure) for key, figure in sorted(figures.items())]
        upsert(view.connection, view.table("figures"), rows, adding=("ballots", "scores"))


class Kept:
    """A row per ballot, as the folder's contributions are."""

    version = 1
    topics = (TOPIC,)

    def __init__(self, name: str) -> None:
        self.name = name

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the one table."""
        Table(
            name("ballots"),
            metadata,
            Column("ballot_id", String, primary_key=True),
            Column("counter_id", String, nullable=False),
            Column("day", String, nullable=False),
            Column("score", Integer, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch."""
        rows = {}
        for delivery in batch:
            assert delivery.event is not None
            cast = _decode(delivery.event.data)
            rows[cast.ballot_id] = (cast.ballot_id, cast.counter_id, cast.day, cast.score)
        upsert(view.connection, view.table("ballots"), list(rows.values()))
