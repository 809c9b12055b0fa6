"""Where figures are booked: a leaf of the released tree. A cell is a leaf at its finest level."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

UNKNOWN_FIELD = "unknown"
"""The field of a ballot that no duty or service fact has attributed yet."""

OTHER_FIELDS = "other"
"""The field of leaves above the cells: what was too little to be shown by field."""


class Level(StrEnum):
    """How fine a leaf is; a remainder moves from the finer to the coarser."""

    CELL = "cell"
    OTHER_FIELDS = "other_fields"
    UNIT = "unit"


class Cell(NamedTuple):
    """What a ballot is about, as far as it is known."""

    one_stop_id: str
    field: str
    family: str
    questionnaire: str


class Leaf(NamedTuple):
    """A place in which whole blocks are summed. At level `unit`, `one_stop_id` names the unit above the one-stop."""

    one_stop_id: str
    field: str
    family: str
    questionnaire: str
    counted: bool
    level: str

    @property
    def key(self) -> str:
        """Give the leaf's name: the key of its messages."""
        counted = "counted" if self.counted else "not-counted"
        return f"{self.one_stop_id}/{self.field}/{self.family}/{self.questionnaire}/{counted}/{self.level}"


@lru_cache(maxsize=65536)
def leaf_of(cell: Cell, *, counted: bool, like: Leaf | None = None) -> Leaf:
    """Give the leaf of a cell; `like` names the level (and, at level `unit`, the unit) that a ballot has moved up to."""
    if like is None or like.level == Level.CELL:
        return Leaf(*cell, counted, Level.CELL.value)
    scope = like.one_stop_id if like.level == Level.UNIT else cell.one_stop_id
    return Leaf(scope, OTHER_FIELDS, cell.family, cell.questionnaire, counted, like.level)


def raised(leaf: Leaf, level: Level, unit_id: str) -> Leaf:
    """Give the leaf that a remainder of `leaf` moves up to; `unit_id` is the unit above the one-stop."""
    scope = unit_id if level is Level.UNIT else leaf.one_stop_id
    return leaf._replace(one_stop_id=scope, field=OTHER_FIELDS, level=level.value)
