"""Reading many rows by key in one statement, with the driver's fastest way."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Select, Table

Row = Sequence[Any]


def rows_of(connection: Connection, query: Select[Any], key: Column[Any], values: Sequence[str | int]) -> list[Row]:
    """Run `query` for the rows whose `key` is among `values`."""
    if not values:
        return []
    quoted = f'"{key.table.name}"."{key.name}"'
    if connection.dialect.name == "postgresql":
        array = "bigint[]" if isinstance(key.type, BigInteger) else "text[]"
        statement = f"{_sql(connection, query)} WHERE {quoted} = ANY(%b::{array})"
        return list(_run(connection, statement, [list(values)]).fetchall())
    statement = f"{_sql(connection, query)} WHERE {quoted} IN (SELECT value FROM json_each(?))"
    return list(_run(connection, statement, [msgspec.json.encode(values).decode()]).fetchall())


def delete_pairs(connection: Connection, table: Table, pairs: Sequence[tuple[str, str]]) -> None:
    """Delete rows by their primary key of two texts."""
    if not pairs:
        return
    first, second = (f'"{column.name}"' for column in table.primary_key)
    if connection.dialect.name == "postgresql":
        statement = (
            f'DELETE FROM "{table.name}" USING unnest(%b::text[], %b::text[]) AS gone(a, b) '
            f"WHERE {first} = gone.a AND {second} = gone.b"
        )
        _run(connection, statement, [list(side) for side in zip(*pairs, strict=True)])
        return
    connection.exec_driver_sql(f'DELETE FROM "{table.name}" WHERE {first} = ? AND {second} = ?', list(pairs))


def _run(connection: Connection, statement: str, values: Sequence[Any]) -> Any:
    # Only the driver takes arrays in binary, which cost the client a third of bound values, and its rows are plain tuples.
    driver: Any = connection.connection.driver_connection
    return driver.execute(statement, values)


def _sql(connection: Connection, query: Select[Any]) -> str:
    return str(query.compile(dialect=connection.dialect))
