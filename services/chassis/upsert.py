"""Writing many rows by primary key in one statement, with the driver's fastest way."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table

Row = Sequence[Any]
Processor = Callable[[Any], Any] | None


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, adding: Collection[str] = ()) -> None:
    """Insert rows, or change those whose primary key is there.

    Args:
        connection: The transaction to write in.
        table: Where to; its primary key decides what is there.
        rows: A value for each of the table's columns, in the table's order; no primary key twice.
        adding: Columns whose value is added to the present one; every other column is replaced.
    """
    if not rows:
        return
    statement, processors = _way(connection.dialect, table, tuple(adding))
    if any(processors):
        rows = [tuple(_bound(processors, row)) for row in rows]
    if connection.dialect.name == "postgresql":
        # Arrays in binary cost the client a third of executemany's time.
        connection.connection.cursor().execute(statement, [list(values) for values in zip(*rows, strict=True)])
    else:
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])


@lru_cache(maxsize=1024)
def _way(dialect: Dialect, table: Table, adding: tuple[str, ...]) -> tuple[str, list[Processor]]:
    """Give the statement, and what makes of each column's value what the driver takes."""
    if dialect.name == "postgresql":
        arrays = ", ".join(f"%b::{column.type.compile(dialect)}[]" for column in table.columns)
        values = f"SELECT * FROM unnest({arrays})"
    else:
        values = f"VALUES ({', '.join('?' for _ in table.columns)})"
    name = dialect.identifier_preparer.quote(table.name)
    statement = f"INSERT INTO {name} {values} {_on_conflict(table, adding)}"
    return statement, [_processor(column, dialect) for column in table.columns]


def _on_conflict(table: Table, adding: Collection[str]) -> str:
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    changes = [
        f'"{name}" = "{table.name}"."{name}" + excluded."{name}"' if name in adding else f'"{name}" = excluded."{name}"'
        for name in (column.name for column in table.columns if not column.primary_key)
    ]
    return f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {', '.join(changes)}" if changes else "NOTHING")


def _processor(column: Column[Any], dialect: Dialect) -> Processor:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _bound(processors: Sequence[Processor], row: Row) -> list[Any]:
    return [value if process is None else process(value) for process, value in zip(processors, row, strict=True)]
