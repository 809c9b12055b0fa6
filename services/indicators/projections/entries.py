"""The entries of registers, as they are listed on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Column, Index, MetaData, Row, String, Table, or_, select

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import known_rows, told, write_rows
from services.indicators.domain.register import entry_name


class _Written(msgspec.Struct, frozen=True):
    register: str
    entry_id: str
    unit_id: str
    values: dict[str, Any]
    expires_on: str | None
    on: str


class _Closed(msgspec.Struct, frozen=True):
    register: str
    entry_id: str
    on: str


_KINDS: dict[str, type[msgspec.Struct]] = {
    "cchc.indicators.register_entry_recorded.v1": _Written,
    "cchc.indicators.register_entry_amended.v1": _Written,
    "cchc.indicators.register_entry_closed.v1": _Closed,
}


class Entries:
    """One row per entry."""

    name = "indicators_entries"
    version = 1
    topics: tuple[str, ...] = ("indicators.register.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        columns = ("register", "entry_id", "unit_id", "values", "counts_from", "expires_on", "closed_on")
        table = Table(
            name("entries"),
            metadata,
            Column("name", String, primary_key=True),
            *(Column(column, String) for column in columns),
        )
        Index(name("by_register"), table.c.register, table.c.unit_id)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: each row it touches is read once and written once."""
        messages = [message for _, message in told(batch, _KINDS)]
        table = view.table("entries")
        rows = known_rows(view, table, (entry_name(it.register, it.entry_id) for it in messages))
        for message in messages:
            name = entry_name(message.register, message.entry_id)
            row = rows.setdefault(name, {"name": name})
            row |= {"closed_on": message.on} if isinstance(message, _Closed) else _row(message)
        write_rows(view, table, (rows[name] for name in sorted(rows)))


def _row(message: _Written) -> dict[str, Any]:
    return {
        "register": message.register,
        "entry_id": message.entry_id,
        "unit_id": message.unit_id,
        "values": msgspec.json.encode(message.values).decode(),
        "counts_from": message.on,
        "expires_on": message.expires_on,
        "closed_on": None,
    }


def listed_entries(
    view: View, register: str, *, unit_id: str | None, as_of: date, after: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Give one more entry than `limit` of those that counted on a day, in order of their names."""
    table, day = view.table("entries"), as_of.isoformat()
    query = select(table).where(
        table.c.register == register,
        table.c.counts_from <= day,
        or_(table.c.closed_on.is_(None), table.c.closed_on > day),
    )
    if unit_id is not None:
        query = query.where(table.c.unit_id == unit_id)
    if after is not None:
        query = query.where(table.c.name > after)
    return view.connection.execute(query.order_by(table.c.name).limit(limit + 1)).all()


ENTRIES = Entries()
"""The one instance: builds are cached by it."""
