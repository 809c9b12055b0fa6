"""Names of cells, leaves and queues in the tables: short numbers made from their content, the same in every build."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from services.chassis.projection import View
from services.indicators.domain.ballot import Queue
from services.indicators.domain.leaf import Cell, Leaf
from services.indicators.projections.row_sets import rows_of

_queues = msgspec.json.Decoder(Queue)


@lru_cache(maxsize=65536)
def number_of(parts: Cell | Leaf) -> int:
    """Give the number of a cell or leaf: 63 bits of a digest of its parts."""
    digest = hashlib.blake2b(msgspec.json.encode(tuple(parts)), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


@lru_cache(maxsize=65536)
def queue_name(queue: Queue) -> str:
    """Write a queue down as the table's key."""
    return msgspec.json.encode(queue).decode()


@lru_cache(maxsize=65536)
def queue_named(name: str) -> Queue:
    """Read a queue's key."""
    return _queues.decode(name)


def cells_by_number(view: View, numbers: Iterable[int]) -> dict[int, Cell]:
    """Look up cells."""
    table = view.table("cells")
    rows = rows_of(view.connection, table.c.cell, sorted(set(numbers)))
    return {row[0]: Cell(*row[1:]) for row in rows}


def leaves_by_number(view: View, numbers: Iterable[int]) -> dict[int, Leaf]:
    """Look up leaves."""
    table = view.table("leaves")
    rows = rows_of(view.connection, table.c.leaf, sorted(set(numbers)), "leaf", *Leaf._fields)
    return {row[0]: Leaf(row[1], row[2], row[3], row[4], bool(row[5]), row[6]) for row in rows}
