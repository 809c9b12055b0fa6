"""The blocks as the public sees them, and the sums of whole blocks per leaf."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from services.chassis.projection import View
from services.chassis.upsert import upsert
from services.indicators.domain.events import BlockReleased, RemainderMovedUp
from services.indicators.domain.lines import Line, lines_of
from services.indicators.projections.dimensions import number_of

SUMS = ("n", "blocks", "score_1", "score_2", "score_3", "score_4", "score_5")

_encode = msgspec.json.Encoder(order="sorted").encode


def save_blocks(view: View, facts: Iterable[BlockReleased | RemainderMovedUp]) -> None:
    """Write down the blocks that were formed or read, in their order, and add them to their leaves."""
    lines = [line for fact in facts if isinstance(fact, BlockReleased) for line in lines_of(fact)]
    blocks = [
        (line.block_id, number_of(line.leaf), line.kind, line.size, line.closed_on, _json(line.scores), _json(line.reasons))
        for line in lines
    ]  # fmt: skip
    upsert(view.connection, view.table("blocks"), blocks)
    _add_to_leaves(view, lines)
    _add_reasons(view, lines)


def _add_to_leaves(view: View, lines: Sequence[Line]) -> None:
    sums = {line.leaf: [0] * len(SUMS) for line in lines}
    closed = {line.leaf: line.closed_on for line in lines}
    for line in lines:
        row = sums[line.leaf]
        row[0] += line.n
        row[1] += 1
        for score, count in line.scores.items():
            row[1 + int(score)] += count
    rows = [(number_of(leaf), *leaf, *sums[leaf], closed[leaf]) for leaf in sorted(sums)]
    upsert(view.connection, view.table("leaves"), rows, adding=SUMS)


def _add_reasons(view: View, lines: Sequence[Line]) -> None:
    reasons: Counter[tuple[int, str]] = Counter()
    for line in lines:
        for reason, count in line.reasons.items():
            reasons[number_of(line.leaf), reason] += count
    rows = [(*at, count) for at, count in sorted(reasons.items())]
    upsert(view.connection, view.table("leaf_reasons"), rows, adding=("n",))


def _json(tally: object) -> str:
    return _encode(tally).decode()
