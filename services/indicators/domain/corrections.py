"""Which corrections of published ballots may leave together, so that nothing is singled out afterwards.

k corrected ballots in one block are not enough. Take a block of ballots a b c d e, and a correction block that
withdraws a b c d and one ballot x of another block: the figure before and the figure after both are sums of whole
blocks, yet the two blocks added up say exactly what e and x said. Two rules shut this out.

The half rule. In every block the members that a later block undoes are never more than the members that no later block
touches. A correction *undoes* when it can cancel what was published before: every move, and a change back to a score
that was published before, or of reasons that were changed before. With it, any signed sum of blocks, over any leaves, holds 0 or at least k ballots whose
contributions do not cancel. For take the newest block of the sum: each of its members either does not cancel, or some
older block of the sum has a member that is undone; that block has an untouched member of its own for each of those, and
following them down ends, for each of the k members, at another ballot that occurs in the sum exactly once.

Scores and reasons. A block that changes scores says nothing of reasons, and the other way round, so each holds at least
k members of what it says. What a member's score and its reasons went through is counted as one: for either of them by
itself, that counts no fewer undone or touched members than there are, so the half rule holds for each.

Whole blocks. A block that nothing has touched may move as one: then its members cancel all together or not at all.

What may not leave yet waits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.indicators.domain.ballot import Place
from services.indicators.domain.events import MOVES, REASONS


@dataclass(slots=True)
class BlockTally:
    """What later blocks have done to the members of one block."""

    size: int
    touched: int = 0
    undone: int = 0

    @property
    def untouched(self) -> bool:
        """Tell whether no member was corrected since."""
        return self.touched == 0

    def allows(self, touched: int, undone: int) -> bool:
        """Tell whether so many more may be touched and undone."""
        return self.undone + undone <= self.size - self.touched - touched


def undoes(kind: str, place: Place, score: int) -> bool:
    """Tell whether a correction of a published ballot, to `score` if that changes, can cancel what was published."""
    if kind == REASONS:
        return not place.fresh
    return kind == MOVES or bool(place.seen & 1 << score)


def whole_blocks(members: Mapping[str, Place], tallies: Mapping[str, BlockTally]) -> list[list[str]]:
    """Find the untouched blocks whose members all are among `members`."""
    by_block: dict[str, list[str]] = {}
    for ballot, place in members.items():
        if place.block is not None and place.chain == (place.block,):
            by_block.setdefault(place.block, []).append(ballot)
    return [
        ballots
        for block, ballots in by_block.items()
        if tallies[block].untouched and len(ballots) == tallies[block].size
    ]


def permitted(members: Iterable[tuple[str, Place, bool]], tallies: Mapping[str, BlockTally]) -> list[str]:
    """Choose, in order, the members whose correction keeps the half rule; each comes with whether it undoes."""
    touched: dict[str, int] = {}
    undone: dict[str, int] = {}
    chosen = []
    for ballot, place, undoing in members:
        top = place.chain[-1]
        touched[top] = touched.get(top, 0) + 1
        struck = place.chain if undoing else ()
        for block in struck:
            undone[block] = undone.get(block, 0) + 1
        if all(tallies[block].allows(touched.get(block, 0), undone.get(block, 0)) for block in {top, *struck}):
            chosen.append(ballot)
            continue
        touched[top] -= 1
        for block in struck:
            undone[block] -= 1
    return chosen
