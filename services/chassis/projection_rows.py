"""Reading messages into readers' own types, and keeping newest rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, Table, select

from services.chassis.domain import InvalidMessage
from services.chassis.envelope import CloudEvent
from services.chassis.projection import Delivery, View
from services.chassis.upsert import upsert

Message = TypeVar("Message", bound=msgspec.Struct)


def read(event: CloudEvent, kind: type[Message]) -> Message:
    """Read the data of one message.

    Raises:
        InvalidMessage: The data breaks the contract.
    """
    try:
        return msgspec.json.decode(event.data, type=kind)
    except msgspec.DecodeError as error:
        raise InvalidMessage(f"{event.type}: {error}") from error


def told(batch: Sequence[Delivery], kinds: Mapping[str, type[msgspec.Struct]]) -> Iterable[tuple[str, Any]]:
    """Give the messages of a batch that have a type of ours, in order, read."""
    for delivery in batch:
        if delivery.event is not None and (kind := kinds.get(delivery.event.type)) is not None:
            yield delivery.event.type, read(delivery.event, kind)


def known_rows(view: View, table: Table, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give the rows that are there, by their one key."""
    key = next(iter(table.primary_key))
    found = view.connection.execute(select(table).where(key.in_(sorted(set(keys))))).mappings()
    return {row[key.name]: dict(row) for row in found}


def write_rows(view: View, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows by primary key; a column that a row does not name becomes null."""
    upsert(view.connection, table, [tuple(row.get(column.name) for column in table.columns) for row in rows])


def page(view: View, table: Table, *, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """Give one more row than `limit`, in order of the key, after a key."""
    key = next(iter(table.primary_key))
    query = select(table).order_by(key).limit(limit + 1)
    return view.connection.execute(query if after is None else query.where(key > after)).all()
