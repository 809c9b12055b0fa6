"""The dated units, as the directory tells them: what a one-stop belongs to, on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Column, MetaData, String, Table, delete, select

from services.chassis.domain import InvalidMessage
from services.chassis.projection import Delivery, TableName, View
from services.chassis.upsert import upsert
from services.indicators.domain.units import Unit, Units

UNITS_TOPIC = "directory.unit.state.v1"


class UnitsView:
    """One row per unit, its dated record as it came."""

    name = "indicators_units"
    version = 1
    topics: tuple[str, ...] = (UNITS_TOPIC,)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        Table(
            name("units"),
            metadata,
            Column("unit_id", String, primary_key=True),
            Column("record", String, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Keep the newest record of each unit."""
        table = view.table("units")
        newest = {delivery.key: delivery.event for delivery in batch}
        gone = [key for key, event in newest.items() if event is None]
        rows = [(key, _checked(event.data)) for key, event in sorted(newest.items()) if event is not None]
        if gone:
            view.connection.execute(delete(table).where(table.c.unit_id.in_(gone)))
        upsert(view.connection, table, rows)


def read_units(view: View) -> Units:
    """Read all units."""
    records = view.connection.scalars(select(view.table("units").c.record)).all()
    return Units(msgspec.json.decode(record, type=Unit) for record in records)


def units_above(view: View, day: date) -> dict[str, str]:
    """Give the unit above each one-stop on a day."""
    return read_units(view).above_on(day)


def _checked(data: Any) -> str:
    try:
        msgspec.json.decode(data, type=Unit)
    except msgspec.DecodeError as error:
        raise InvalidMessage(str(error)) from error
    return bytes(data).decode()
