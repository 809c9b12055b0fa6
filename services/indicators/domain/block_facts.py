"""Writing blocks down: what a block shows, and who is in it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.indicators.domain.ballot import Place, Queue, Target
from services.indicators.domain.desk import Desk
from services.indicators.domain.events import BALLOTS, MOVES, SCORES, BlockReleased

Tally = Counter[str]


def ballots_released(desk: Desk, queue: Queue, members: Sequence[str], *, on: str, block_id: UUID) -> BlockReleased:
    """Write down a block of ballots that were never published before."""
    said = [desk.targets[ballot] for ballot in members]
    return BlockReleased(
        block_id=str(block_id),
        kind=BALLOTS,
        leaf=queue.leaf,
        closed_on=on,
        ballots=tuple(members),
        scores=tuple(target.score for target in said),
        reasons=tuple(target.reasons for target in said),
        score_tally=_shown(_scores(said)),
        reason_tally=_shown(_reasons(said)),
    )


def changes_released(desk: Desk, queue: Queue, members: Sequence[str], *, on: str, block_id: UUID) -> BlockReleased:
    """Write down other scores, or other reasons, of published ballots as signed deltas of their leaf."""
    before = [desk.places[ballot] for ballot in members]
    now = [_changed(queue.kind, desk.places[ballot], desk.targets[ballot]) for ballot in members]
    return BlockReleased(
        block_id=str(block_id),
        kind=queue.kind,
        leaf=queue.leaf,
        closed_on=on,
        ballots=tuple(members),
        scores=tuple(place.score for place in now),
        reasons=tuple(place.reasons for place in now),
        score_tally=_shown(_scores(now), less=_scores(before)),
        reason_tally=_shown(_reasons(now), less=_reasons(before)),
    )


def moves_released(
    desk: Desk, queue: Queue, members: Sequence[str], *, on: str, block_ids: tuple[UUID, UUID], whole: bool
) -> BlockReleased:
    """Write down that published ballots leave one leaf for another, with what is published of them."""
    shown = [desk.places[ballot] for ballot in members]
    return BlockReleased(
        block_id=str(block_ids[0]),
        kind=MOVES,
        leaf=queue.leaf,
        to_leaf=queue.to_leaf,
        counterpart_id=str(block_ids[1]),
        closed_on=on,
        ballots=tuple(members),
        scores=tuple(place.score for place in shown),
        reasons=tuple(place.reasons for place in shown),
        score_tally=_shown(_scores(shown)),
        reason_tally=_shown(_reasons(shown)),
        whole=whole,
    )


def _changed(kind: str, place: Place, target: Target) -> Place:
    return place._replace(score=target.score) if kind == SCORES else place._replace(reasons=target.reasons)


def _scores(items: Iterable[Place | Target]) -> Tally:
    return Counter(str(item.score) for item in items)


def _reasons(items: Iterable[Place | Target]) -> Tally:
    return Counter(reason for item in items for reason in item.reasons)


def _shown(tally: Tally, *, less: Tally | None = None) -> dict[str, int]:
    names = sorted(tally | (less or Counter()))
    found = {name: tally[name] - (less or Counter())[name] for name in names}
    return {name: number for name, number in found.items() if number}
