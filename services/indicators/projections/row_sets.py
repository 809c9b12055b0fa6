"""Reading many rows by key in one statement, with the driver's fastest way."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Table

Row = Sequence[Any]


def rows_of(connection: Connection, key: Column[Any], values: Sequence[str | int], *names: str) -> list[Row]:
    """Give the rows of the key's table whose `key` is among `values`: the columns that are named, or all of them."""
    if not values:
        return []
    is_postgresql = connection.dialect.name == "postgresql"
    wanted = list(values) if is_postgresql else msgspec.json.encode(values).decode()
    return list(_run(connection, _chosen(key, names, is_postgresql=is_postgresql), [wanted]).fetchall())


@lru_cache(maxsize=256)
def _chosen(key: Column[Any], names: tuple[str, ...], *, is_postgresql: bool) -> str:
    columns = ", ".join(f'"{name}"' for name in names or key.table.columns.keys())
    statement = f'SELECT {columns} FROM "{key.table.name}" WHERE "{key.name}"'
    if not is_postgresql:
        return f"{statement} IN (SELECT value FROM json_each(?))"
    return f"{statement} = ANY(%b::{'bigint[]' if isinstance(key.type, BigInteger) else 'text[]'})"


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
