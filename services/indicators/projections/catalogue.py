"""Definitions, targets and registers as they are read: each with all its versions."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, MetaData, String, Table, select

from services.chassis.domain import InvalidMessage
from services.chassis.projection import Delivery, TableName, View
from services.chassis.upsert import upsert
from services.indicators.domain.definition import Indicator
from services.indicators.domain.register import Register
from services.indicators.domain.target import Target

_Record = TypeVar("_Record", Indicator, Target, Register)

_TABLES: dict[str, tuple[str, type[Any]]] = {
    "cchc.indicators.indicator_recorded.v1": ("indicators", Indicator),
    "cchc.indicators.target_recorded.v1": ("targets", Target),
    "cchc.indicators.register_recorded.v1": ("registers", Register),
}


class Catalogue:
    """One row per indicator, target and register: the newest message about it."""

    name = "indicators_catalogue"
    version = 1
    topics: tuple[str, ...] = ("indicators.definition.state.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the tables."""
        for table, _ in _TABLES.values():
            key = Column("code", String, primary_key=True)
            Table(name(table), metadata, key, Column("record", String, nullable=False))

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Keep the newest message of each."""
        rows: dict[tuple[str, str], str] = {}
        for delivery in batch:
            if delivery.event is not None and (found := _TABLES.get(delivery.event.type)) is not None:
                rows[found[0], _code(delivery.event.data, found[1])] = bytes(delivery.event.data).decode()
        for table, _ in _TABLES.values():
            upsert(
                view.connection,
                view.table(table),
                [(code, it) for (of, code), it in sorted(rows.items()) if of == table],
            )


def read_indicators(view: View) -> dict[str, Indicator]:
    """Read every indicator."""
    return _read(view, "indicators", Indicator)


def read_targets(view: View) -> dict[str, Target]:
    """Read every target."""
    return _read(view, "targets", Target)


def read_registers(view: View) -> dict[str, Register]:
    """Read every register."""
    return _read(view, "registers", Register)


def _read(view: View, table: str, kind: type[_Record]) -> dict[str, _Record]:
    rows = view.connection.execute(select(view.table(table)).order_by("code"))
    return {code: msgspec.json.decode(record, type=kind) for code, record in rows}


def _code(data: Any, kind: type[Any]) -> str:
    try:
        return str(msgspec.json.decode(data, type=kind).code)
    except msgspec.DecodeError as error:
        raise InvalidMessage(str(error)) from error


CATALOGUE = Catalogue()
"""The one instance: builds are cached by it."""
