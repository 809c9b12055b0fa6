"""Units as the directory tells them: the read model that a service keeps of them, and the refusal of unknown ones."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Column, MetaData, String, Table, Text, delete, select

from services.chassis.domain import RuleBroken
from services.chassis.live_reads import ReadModel
from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import read, write_rows


class UnknownUnit(RuleBroken):
    """Raised when something names units that the directory has not told of; `unit_ids` in `params` lists them."""

    code = "unknown_unit"
    title = "Không có đơn vị này"


class _Name(msgspec.Struct, frozen=True):
    name: str
    valid_from: str | None = None


class _Unit(msgspec.Struct, frozen=True):
    id: str
    names_vi: list[_Name] = []
    name_en: str | None = None


class Units:
    """One row per unit; each service keeps its own under a name of its own."""

    version = 1
    topics: tuple[str, ...] = ("directory.unit.state.v1",)

    def __init__(self, name: str) -> None:
        """Name the read model, such as `survey_units`."""
        self.name = name

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        Table(
            name("units"),
            metadata,
            Column("unit_id", String, primary_key=True),
            Column("names_vi", Text, nullable=False),
            Column("name_en", String),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Keep the newest record of each unit."""
        table = view.table("units")
        rows: dict[str, dict[str, Any]] = {}
        for delivery in batch:
            if delivery.event is None:
                rows.pop(delivery.key, None)
                view.connection.execute(delete(table).where(table.c.unit_id == delivery.key))
                continue
            unit = read(delivery.event, _Unit)
            names = msgspec.json.encode(unit.names_vi).decode()
            rows[unit.id] = {"unit_id": unit.id, "names_vi": names, "name_en": unit.name_en}
        write_rows(view, table, rows.values())


def unit_name(view: View, unit_id: str, on: date) -> Mapping[str, str] | None:
    """Give a unit's name of a day in both languages."""
    table = view.table("units")
    found = view.connection.execute(select(table).where(table.c.unit_id == unit_id)).one_or_none()
    if found is None:
        return None
    names = msgspec.json.decode(found.names_vi, type=list[_Name])
    valid = [name.name for name in names if (name.valid_from or "") <= on.isoformat()] or [unit_id]
    return {"vi": valid[-1], "en": found.name_en or valid[-1]}


def known_units(view: View, unit_ids: Collection[str]) -> frozenset[str]:
    """Give those of some ids that are units'."""
    column = view.table("units").c.unit_id
    return frozenset(view.connection.execute(select(column).where(column.in_(unit_ids))).scalars())


def refuse_unknown_units(read_model: ReadModel, units: Units, unit_ids: Collection[str]) -> None:
    """Let units pass that the directory has told of.

    Raises:
        UnknownUnit: It has not told of all of them.
    """
    known: frozenset[str] = read_model(units, lambda view: known_units(view, unit_ids)) or frozenset()
    if unknown := set(unit_ids) - known:
        raise UnknownUnit("The directory has told of no such unit.", unit_ids=sorted(unknown))
