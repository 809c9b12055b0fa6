"""When a block leaves. The one place where it is decided which ballots are published together."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.indicators.domain.ballot import Queue
from services.indicators.domain.block_facts import ballots_released, changes_released, moves_released
from services.indicators.domain.corrections import permitted, undoes, whole_blocks
from services.indicators.domain.desk import Desk
from services.indicators.domain.events import BALLOTS, MOVES, REASONS, SCORES, BlockReleased
from services.indicators.domain.rules import ReleaseRules

_TURN = {BALLOTS: 0, MOVES: 1, SCORES: 2, REASONS: 3}


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """The circumstances under which blocks close."""

    rules: ReleaseRules
    on: str
    """The civil business day, `YYYY-MM-DD`."""
    new_id: Callable[[], UUID]
    last_wait_over: frozenset[Queue] = frozenset()
    """Queues of the last level in which ballots that agree have waited long enough."""
    load: Callable[[Collection[Queue]], None] | None = None
    """Brings everybody who waits in these queues to the desk, where it does not hold everything."""


def release_due(desk: Desk, queues: Collection[Queue], closing: Closing) -> list[BlockReleased]:
    """Form every block that is full now, fold it into the desk, and give the facts in order.

    A move that leaves puts what waits behind it into another queue, so queues that become due are looked at as well.
    """
    facts: list[BlockReleased] = []
    due = set(queues)
    while due:
        if closing.load is not None:
            closing.load(due)
        desk.due = set()
        for queue in sorted(due, key=lambda queue: (_TURN[queue.kind], queue.key)):
            for fact in _blocks(desk, queue, closing):
                desk.fold(fact)
                facts.append(fact)
        due, desk.due = desk.due - due, set()
    return facts


def _blocks(desk: Desk, queue: Queue, closing: Closing) -> Iterator[BlockReleased]:
    rules, on, new_id = closing.rules, closing.on, closing.new_id
    waited = queue in closing.last_wait_over
    if len(desk.queues.get(queue, ())) < rules.k:
        return
    if queue.kind == BALLOTS:
        for members in full_blocks(desk, queue, rules, waited=waited):
            yield ballots_released(desk, queue, members, on=on, block_id=new_id())
        return
    for members, whole in correction_blocks(desk, queue, rules, waited=waited):
        if queue.kind == MOVES:
            yield moves_released(desk, queue, members, on=on, block_ids=(new_id(), new_id()), whole=whole)
        else:
            yield changes_released(desk, queue, members, on=on, block_id=new_id())


def agrees(scores: Iterable[int | None], rules: ReleaseRules) -> bool:
    """Tell whether all say the same poor score, so that publishing would tell what each of them said."""
    said = set(scores)
    return len(said) == 1 and said <= rules.agreement_scores


def full_blocks(desk: Desk, queue: Queue, rules: ReleaseRules, *, waited: bool = False) -> list[list[str]]:
    """Cut a queue of new ballots into blocks of k in order of arrival; one that agrees takes in more, to 2k."""
    blocks: list[list[str]] = []
    block: list[str] = []
    for ballot in desk.in_order(queue):
        block.append(ballot)
        if len(block) >= rules.k and not _must_wait([desk.targets[member].score for member in block], rules):
            blocks.append(block)
            block = []
    if waited and len(block) >= rules.k:
        blocks.append(block)
    return blocks


def _must_wait(scores: Sequence[int | None], rules: ReleaseRules) -> bool:
    """Tell whether the first k agree, and those after them are too few yet, and too few of them differ."""
    if len(scores) >= rules.longest_agreement or not agrees(scores[: rules.k], rules):
        return False
    return sum(score != scores[0] for score in scores) < rules.agreement_dissenters


def correction_blocks(
    desk: Desk, queue: Queue, rules: ReleaseRules, *, waited: bool = False
) -> list[tuple[list[str], bool]]:
    """Choose the corrections that leave now; `True` marks a whole block that moves as one."""
    ballots = desk.in_order(queue)
    whole = whole_blocks({ballot: desk.places[ballot] for ballot in ballots}, desk.tallies) if queue.to_leaf else []
    moved = {ballot for block in whole for ballot in block}
    rest = permitted(
        ((ballot, desk.places[ballot], _undoes(desk, queue, ballot)) for ballot in ballots if ballot not in moved),
        desk.tallies,
    )
    chosen = [(block, True) for block in whole]
    shown = [_published_score(desk, queue, ballot) for ballot in rest]
    if len(rest) >= rules.k and (waited or not _must_wait(shown, rules)):
        chosen.append((rest, False))
    return chosen


def _undoes(desk: Desk, queue: Queue, ballot: str) -> bool:
    return undoes(queue.kind, desk.places[ballot], desk.targets[ballot].score)


def _published_score(desk: Desk, queue: Queue, ballot: str) -> int | None:
    """Give the score that a correction would show; reasons alone show none."""
    if queue.kind == REASONS:
        return None
    return desk.places[ballot].score if queue.kind == MOVES else desk.targets[ballot].score
