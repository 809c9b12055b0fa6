"""One ballot as the folder knows it: what it says now (`Target`), and what of it has been published (`Place`)."""

from functools import lru_cache
from typing import NamedTuple

from services.indicators.domain.events import BALLOTS, MOVES, REASONS, SCORES
from services.indicators.domain.leaf import Cell, Leaf, leaf_of


class Target(NamedTuple):
    """What a ballot says now, from survey's facts alone."""

    cell: Cell
    accepted: bool
    """Counted when it was cast."""
    quarantined: bool
    score: int
    reasons: tuple[str, ...]
    arrival: int
    """When it arrived, in milliseconds; it orders the queue."""
    since: str
    """Business day of the last fact about it, `YYYY-MM-DD`."""

    @property
    def counted(self) -> bool:
        """Tell whether it counts: accepted when cast, and not held in quarantine."""
        return self.accepted and not self.quarantined


class Place(NamedTuple):
    """Where a ballot stands in released figures, from the folder's own facts alone."""

    leaf: Leaf
    """Where its next correction is booked, or, while it is unpublished, the level at which it waits."""
    since: str
    block: str | None = None
    """The block that published it last; `None` while it waits for its first."""
    score: int = 0
    reasons: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    """Blocks since its last undoing correction, that one included (see `corrections.py`)."""
    seen: int = 0
    """Bit set of the scores under which it was published."""
    fresh: bool = True
    """No correction of its reasons was published yet."""


class Queue(NamedTuple):
    """Where something waits to be released."""

    kind: str
    leaf: Leaf
    to_leaf: Leaf | None = None

    @property
    def key(self) -> str:
        """Give the queue's name."""
        towards = f">{self.to_leaf.key}" if self.to_leaf else ""
        return f"{self.kind}:{self.leaf.key}{towards}"


def changed(target: Target, score: int, on: str) -> Target:
    """Take a change of mind. Reasons answered the question of the old score, so they go; a follow-up brings new ones."""
    return target._replace(score=score, reasons=(), since=on)


def followed_up(target: Target, reasons: tuple[str, ...], on: str) -> Target:
    """Take the reasons of a follow-up; they replace earlier ones."""
    return target._replace(reasons=reasons, since=on)


def quarantined(target: Target, on: str) -> Target:
    """Take a quarantine: the ballot is kept and belongs to the not counted."""
    return target._replace(quarantined=True, since=on)


def released(target: Target, on: str) -> Target:
    """Take the end of a quarantine."""
    return target._replace(quarantined=False, since=on)


def attributed(target: Target, field: str, on: str) -> Target:
    """Take a late duty or service fact that says which field it was."""
    return target._replace(cell=target.cell._replace(field=field), since=on)


def queues_of(target: Target, place: Place | None) -> tuple[Queue, ...]:
    """Say where a ballot waits: nowhere when released figures say what it says.

    An unpublished ballot waits once. A published one may wait for a move, for another score and for other reasons at a
    time. They are released apart: a block that moved and changed would show single changes to whoever adds the two
    leaves up, and four follow-ups would leave with the one score that changed.
    """
    if place is None or place.block is None:
        like = place.leaf if place else None
        return _first_queue(leaf_of(target.cell, counted=target.counted, like=like))
    queues = []
    belongs = leaf_of(target.cell, counted=target.counted, like=place.leaf)
    if belongs != place.leaf:
        queues.append(Queue(MOVES, place.leaf, belongs))
    if target.score != place.score:
        queues.append(Queue(SCORES, place.leaf))
    if target.reasons != place.reasons:
        queues.append(Queue(REASONS, place.leaf))
    return tuple(queues)


@lru_cache(maxsize=65536)
def _first_queue(leaf: Leaf) -> tuple[Queue, ...]:
    return (Queue(BALLOTS, leaf),)
