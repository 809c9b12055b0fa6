"""Units by their dated records, so that pages name a unit as it was called on the day shown."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import Column, MetaData, String, Table, Text, select

from services.chassis.domain import InvalidMessage
from services.chassis.envelope import CloudEvent
from services.chassis.projection import Delivery, TableName, View
from services.gateway.directory.domain.errors import UnitRecordInvalid
from services.gateway.directory.domain.records import UnitRecord, holds_on, name_on
from services.gateway.directory.pack import read_record
from services.gateway.reporting.upserts import write


class Units:
    """The newest record of each unit."""

    name = "reporting_units"
    version = 1
    topics: tuple[str, ...] = ("directory.unit.state.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare one row per unit."""
        Table(
            name("units"),
            metadata,
            Column("unit_id", String, primary_key=True),
            Column("record", Text, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Keep the last record of each unit in the batch; a tombstone takes it away."""
        newest = {delivery.key: delivery.event for delivery in batch}
        table = view.table("units")
        gone = [unit_id for unit_id, event in newest.items() if event is None]
        if gone:
            view.connection.execute(table.delete().where(table.c.unit_id.in_(gone)))
        records = [(unit_id, _checked(event)) for unit_id, event in newest.items() if event is not None]
        write(view, "units", ({"unit_id": unit_id, "record": record} for unit_id, record in records))


def _checked(event: CloudEvent) -> str:
    text = bytes(event.data).decode()
    try:
        read_record(msgspec.json.decode(text))
    except (UnitRecordInvalid, msgspec.DecodeError, AttributeError) as error:
        raise InvalidMessage(str(error)) from error
    return text


def units_of(view: View) -> dict[str, UnitRecord]:
    """Give every unit's record by its id."""
    table = view.table("units")
    rows = view.connection.execute(select(table.c.unit_id, table.c.record))
    return {row.unit_id: read_record(msgspec.json.decode(row.record)) for row in rows}


def display_name(units: Mapping[str, UnitRecord], unit_id: str, day: date) -> str:
    """Name a unit as it was called on a day; an id that nobody described is shown as it is."""
    record = units.get(unit_id)
    return unit_id if record is None else name_on(record, day)


def one_stops_on(units: dict[str, UnitRecord], day: date) -> list[UnitRecord]:
    """Give the units that have, or are, a one-stop on a day."""
    return [it for it in units.values() if (it.has_one_stop or it.kind == "one_stop") and holds_on(it, day)]


UNITS = Units()
"""The one instance: builds are cached by it."""
