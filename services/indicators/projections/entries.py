"""The entries of registers, as they are listed on a day and as they were known at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Index, MetaData, Row, String, Table, or_, select

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import told, write_rows
from services.indicators.domain.register import entry_name
from services.indicators.projections.known_times import NEVER, milliseconds


class _Written(msgspec.Struct, frozen=True):
    register: str
    entry_id: str
    unit_id: str
    values: dict[str, Any]
    expires_on: str | None
    on: str
    at: datetime


class _Closed(msgspec.Struct, frozen=True):
    register: str
    entry_id: str
    on: str
    at: datetime


_KINDS: dict[str, type[msgspec.Struct]] = {
    "cchc.indicators.register_entry_recorded.v1": _Written,
    "cchc.indicators.register_entry_amended.v1": _Written,
    "cchc.indicators.register_entry_closed.v1": _Closed,
}


class Entries:
    """One row for each time that an entry was written or closed: what it said from when it was `known` until `replaced`."""

    name = "indicators_entries"
    version = 2
    topics: tuple[str, ...] = ("indicators.register.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        columns = ("register", "entry_id", "unit_id", "values", "counts_from", "expires_on", "closed_on")
        table = Table(
            name("entries"),
            metadata,
            Column("name", String, primary_key=True),
            Column("known", BigInteger, primary_key=True, autoincrement=False),
            *(Column(column, String) for column in columns),
            Column("replaced", BigInteger, nullable=False),
        )
        Index(name("by_register"), table.c.register, table.c.unit_id)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: each row it touches is read once and written once."""
        messages = [(entry_name(it.register, it.entry_id), it) for _, it in told(batch, _KINDS)]
        standing = _standing(view, {name for name, _ in messages})
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        for name, message in messages:
            before = standing.get(name, {"name": name, "known": 0})
            known = max(milliseconds(message.at), before["known"])
            if name in standing:
                rows[name, before["known"]] = {**before, "replaced": known}
            after = {**before, **_said(message), "known": known, "replaced": NEVER}
            standing[name] = rows[name, known] = after
        write_rows(view, view.table("entries"), (rows[key] for key in sorted(rows)))


def _standing(view: View, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    table = view.table("entries")
    query = select(table).where(table.c.name.in_(sorted(names)), table.c.replaced == NEVER)
    return {row["name"]: dict(row) for row in view.connection.execute(query).mappings()}


def _said(message: _Written | _Closed) -> dict[str, Any]:
    if isinstance(message, _Closed):
        return {"closed_on": message.on}
    return {
        "register": message.register,
        "entry_id": message.entry_id,
        "unit_id": message.unit_id,
        "values": msgspec.json.encode(message.values).decode(),
        "counts_from": message.on,
        "expires_on": message.expires_on,
        "closed_on": None,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedEntries:
    """The entries of a register, perhaps of one unit, that counted on a day, as known at a time or by now."""

    register: str
    unit_id: str | None
    as_of: date
    known_at: datetime | None


def listed_entries(view: View, wanted: WantedEntries, *, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """Give one more entry than `limit`, in order of their names."""
    table, day = view.table("entries"), wanted.as_of.isoformat()
    known = NEVER - 1 if wanted.known_at is None else milliseconds(wanted.known_at)
    query = select(table).where(
        table.c.register == wanted.register,
        table.c.known <= known,
        table.c.replaced > known,
        table.c.counts_from <= day,
        or_(table.c.closed_on.is_(None), table.c.closed_on > day),
    )
    if wanted.unit_id is not None:
        query = query.where(table.c.unit_id == wanted.unit_id)
    if after is not None:
        query = query.where(table.c.name > after)
    return view.connection.execute(query.order_by(table.c.name).limit(limit + 1)).all()


ENTRIES = Entries()
"""The one instance: builds are cached by it."""
