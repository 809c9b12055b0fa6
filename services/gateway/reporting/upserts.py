"""Folded rows by name, written with the chassis' set-based upsert, which wants them in the order of the columns."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from services.chassis.projection import View
from services.chassis.upsert import upsert


def write(view: View, table_name: str, rows: Iterable[Mapping[str, Any]], *, adding: Collection[str] = ()) -> None:
    """Insert rows; where the primary key is there already, add to the columns named and replace the others."""
    table = view.table(table_name)
    names = [column.name for column in table.columns]
    upsert(view.connection, table, [tuple(row[name] for name in names) for row in rows], adding=adding)
