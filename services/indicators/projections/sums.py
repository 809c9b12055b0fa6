"""Sums of whole blocks, read from the folder's tables: the released figures, and nothing finer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import func, select

from services.chassis.projection import View
from services.indicators.domain.leaf import Leaf
from services.indicators.projections.dimensions import leaves_by_number
from services.indicators.projections.folder_tables import SCORES
from services.indicators.projections.row_sets import rows_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """The running sums of a leaf."""

    leaf: Leaf
    n: int
    blocks: int
    scores: Mapping[str, int]
    reasons: Mapping[str, int]
    as_of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A released block or correction, as it is summed."""

    leaf: Leaf
    closed_on: date
    scores: Mapping[str, int]
    reasons: Mapping[str, int]


def read_figures(view: View, leaves: Iterable[int]) -> dict[int, Figure]:
    """Read the sums of some leaves."""
    wanted = list(leaves)
    table = view.table("leaves")
    rows = rows_of(view.connection, table.c.leaf, wanted, "leaf", "n", "blocks", "as_of", *SCORES)
    named, reasons = leaves_by_number(view, wanted), _reasons(view, wanted)
    return {
        number: Figure(
            leaf=named[number],
            n=n,
            blocks=blocks,
            scores={str(score): count for score, count in enumerate(counts, 1)},
            reasons=reasons.get(number, {}),
            as_of=as_of,
        )
        for number, n, blocks, as_of, *counts in rows
    }


def read_blocks(view: View, since: date | None, until: date) -> list[Block]:
    """Read the blocks that closed from `since` to `until`, both included."""
    table = view.table("blocks")
    query = select(table.c.leaf, table.c.closed_on, table.c.scores, table.c.reasons)
    query = query.where(table.c.closed_on <= until.isoformat())
    if since is not None:
        query = query.where(table.c.closed_on >= since.isoformat())
    rows = view.connection.execute(query.order_by(table.c.closed_on, table.c.block_id)).all()
    leaves = leaves_by_number(view, (row.leaf for row in rows))
    return [
        Block(
            leaf=leaves[row.leaf],
            closed_on=date.fromisoformat(row.closed_on),
            scores=msgspec.json.decode(row.scores),
            reasons=msgspec.json.decode(row.reasons),
        )
        for row in rows
    ]


def read_served(view: View, since: date | None, until: date) -> dict[tuple[str, str, date], int]:
    """Read how many were served per one-stop, field and day."""
    table = view.table("served")
    keys = (table.c.one_stop_id, table.c.field, table.c.day)
    query = select(*keys, func.sum(table.c.served)).where(table.c.day <= until.isoformat()).group_by(*keys)
    if since is not None:
        query = query.where(table.c.day >= since.isoformat())
    rows = view.connection.execute(query)
    return {(row[0], row[1], date.fromisoformat(row[2])): int(row[3]) for row in rows}


def _reasons(view: View, leaves: list[int]) -> dict[int, dict[str, int]]:
    table = view.table("leaf_reasons")
    found: dict[int, dict[str, int]] = {}
    rows = rows_of(view.connection, table.c.leaf, leaves)
    for leaf, reason, count in sorted(rows, key=tuple):
        if count:
            found.setdefault(leaf, {})[reason] = count
    return found
