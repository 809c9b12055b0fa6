"""Facts of the folder. They hold ballot ids and stay in the folder's own store; `published_events/` says what leaves."""

from dataclasses import dataclass, field
from typing import ClassVar

from services.chassis.domain import Event
from services.indicators.domain.leaf import Leaf

BALLOTS = "ballots"
"""Ballots that were never published before."""

SCORES = "scores"
"""Published ballots whose score is another now. Nothing is said of their reasons."""

REASONS = "reasons"
"""Published ballots whose reasons are others now. Nothing is said of their scores."""

MOVES = "moves"
"""Published ballots that belong to another leaf now: attributed, quarantined or released from quarantine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockReleased(Event):
    """A block left: these ballots together, never fewer than k. Lists run beside `ballots`, one item per ballot.

    For `scores` and `reasons` the one tally is signed deltas and the other is empty. For `moves` they are what `leaf` loses and `to_leaf` gains; both sides
    leave at once, as two messages.
    """

    wire_name: ClassVar[str] = "indicators.block_released.v1"

    block_id: str
    kind: str
    leaf: Leaf
    closed_on: str
    ballots: tuple[str, ...]
    scores: tuple[int, ...]
    reasons: tuple[tuple[str, ...], ...]
    score_tally: dict[str, int]
    reason_tally: dict[str, int] = field(default_factory=dict)
    to_leaf: Leaf | None = None
    counterpart_id: str | None = None
    whole: bool = False
    """The members are all members of one block that nothing has touched: it moves as one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemainderMovedUp(Event):
    """What had waited too long now waits at a coarser level. Nothing leaves by it."""

    wire_name: ClassVar[str] = "indicators.remainder_moved_up.v1"

    kind: str
    leaf: Leaf
    to_leaf: Leaf
    on: str
    ballots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedReleased(Event):
    """The number of people served in a field on a day, over a one-stop's counters; a later fact replaces it."""

    wire_name: ClassVar[str] = "indicators.served_released.v1"

    one_stop_id: str
    field: str
    day: str
    served: int


FACTS: tuple[type[Event], ...] = (BlockReleased, RemainderMovedUp, ServedReleased)
