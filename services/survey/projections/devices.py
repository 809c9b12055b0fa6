"""Tablets as staff list them: where each stands, since when, and whether it is revoked."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Column, MetaData, String, Table

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import known_rows, told, write_rows


class _Bound(msgspec.Struct, frozen=True):
    device_id: str
    counter_id: str
    one_stop_id: str
    counter_name: str
    at: datetime


class _Revoked(msgspec.Struct, frozen=True):
    device_id: str
    at: datetime


_PAIRED = "cchc.survey.device_paired.v1"
_REVOKED = "cchc.survey.device_revoked.v1"
_KINDS: dict[str, type[msgspec.Struct]] = {_PAIRED: _Bound, "cchc.survey.device_bound.v1": _Bound, _REVOKED: _Revoked}


class Devices:
    """One row per tablet."""

    name = "survey_devices"
    version = 1
    topics: tuple[str, ...] = ("survey.device.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        Table(
            name("devices"),
            metadata,
            Column("device_id", String, primary_key=True),
            Column("counter_id", String),
            Column("one_stop_id", String),
            Column("counter_name", String),
            Column("paired_at", String),
            Column("revoked_at", String),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: each row it touches is read once and written once."""
        messages = list(told(batch, _KINDS))
        table = view.table("devices")
        rows = known_rows(view, table, (message.device_id for _, message in messages))
        for kind, message in messages:
            row = rows.setdefault(message.device_id, {"device_id": message.device_id})
            if kind == _REVOKED:
                row["revoked_at"] = message.at.isoformat()
                continue
            row |= {"counter_id": message.counter_id, "one_stop_id": message.one_stop_id}
            row["counter_name"] = message.counter_name
            if kind == _PAIRED:
                row["paired_at"] = message.at.isoformat()
        write_rows(view, table, rows.values())


DEVICES = Devices()
"""The one instance: builds are cached by it."""
