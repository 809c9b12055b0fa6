"""What lies in quarantine: envelopes that are no ballots, and ballots held back. Reasons, never bodies or scores."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, delete

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import read, write_rows

_ENVELOPE = "cchc.survey.envelope_quarantined.v1"
_HELD = "cchc.survey.ballot_quarantined.v1"
_RELEASED = "cchc.survey.ballot_released.v1"
_CAST = "cchc.survey.ballot_cast.v1"


class _Envelope(msgspec.Struct, frozen=True):
    device_id: str
    version: int
    entry_id: str | None
    seq: int | None
    because: str
    at: str


class _Held(msgspec.Struct, frozen=True):
    ballot_id: str
    because: str


class _Ballot(msgspec.Struct, frozen=True):
    ballot_id: str


class Quarantine:
    """One row per item. A released ballot leaves the list; an envelope stays, as it is evidence."""

    name = "survey_quarantine"
    version = 1
    topics: tuple[str, ...] = ("survey.quarantine.events.v1", "survey.ballot.events.v1")

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        Table(
            name("items"),
            metadata,
            Column("item_id", String, primary_key=True),
            Column("kind", String, nullable=False),
            Column("device_id", String, nullable=False),
            Column("version", Integer),
            Column("ballot_id", String),
            Column("entry_id", String),
            Column("seq", BigInteger),
            Column("because", String, nullable=False),
            Column("at", String, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: what is let out goes, what is held comes."""
        rows: dict[str, dict[str, Any] | None] = {}
        for delivery in batch:
            if delivery.event is None or delivery.event.type == _CAST:
                continue
            device_id = delivery.event.subject.partition("-")[2]
            if delivery.event.type == _ENVELOPE:
                row = _envelope(read(delivery.event, _Envelope))
                rows[row["item_id"]] = row
            elif delivery.event.type == _HELD:
                row = _held(read(delivery.event, _Held), device_id, delivery.event.time)
                rows[row["item_id"]] = row
            elif delivery.event.type == _RELEASED:
                rows[read(delivery.event, _Ballot).ballot_id] = None
        table = view.table("items")
        gone = [item_id for item_id, row in rows.items() if row is None]
        if gone:
            view.connection.execute(delete(table).where(table.c.item_id.in_(gone)))
        write_rows(view, table, [row for row in rows.values() if row is not None])


def _envelope(told: _Envelope) -> dict[str, Any]:
    return {"item_id": f"{told.device_id}.{told.version}", "kind": "envelope", **msgspec.structs.asdict(told)}


def _held(told: _Held, device_id: str, at: str) -> dict[str, Any]:
    row = {"item_id": told.ballot_id, "kind": "ballot", "device_id": device_id, "at": at}
    return {**row, **msgspec.structs.asdict(told)}


QUARANTINE = Quarantine()
"""The one instance: builds are cached by it."""
