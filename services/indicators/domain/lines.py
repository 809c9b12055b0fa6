"""What a block adds to which leaf: one line, or two for a move, which takes from one leaf and gives to another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.indicators.domain.events import BALLOTS, MOVES, BlockReleased
from services.indicators.domain.leaf import Leaf


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A block as the public sees it: no ballots, only how many are behind it."""

    block_id: str
    leaf: Leaf
    kind: str
    """`ballots` or `corrections`."""
    size: int
    closed_on: str
    scores: Mapping[str, int]
    reasons: Mapping[str, int]

    @property
    def n(self) -> int:
        """Give by how much the line moves the number of ballots of its leaf."""
        return sum(self.scores.values())


def lines_of(fact: BlockReleased) -> Iterator[Line]:
    """Give the lines of a block."""
    kind = BALLOTS if fact.kind == BALLOTS else "corrections"
    sign = -1 if fact.kind == MOVES else 1
    yield _line(fact, fact.block_id, fact.leaf, kind, sign)
    if fact.to_leaf is not None and fact.counterpart_id is not None:
        yield _line(fact, fact.counterpart_id, fact.to_leaf, kind, 1)


def _line(fact: BlockReleased, block_id: str, leaf: Leaf, kind: str, sign: int) -> Line:
    return Line(
        block_id=block_id,
        leaf=leaf,
        kind=kind,
        size=len(fact.ballots),
        closed_on=fact.closed_on,
        scores={score: sign * number for score, number in fact.score_tally.items()},
        reasons={reason: sign * number for reason, number in fact.reason_tally.items()},
    )
