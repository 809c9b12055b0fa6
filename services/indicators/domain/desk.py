"""The folder's working set: the ballots, places and queues that a batch is about, and what happens to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.indicators.domain.ballot import Place, Queue, Target, queues_of
from services.indicators.domain.corrections import BlockTally, undoes
from services.indicators.domain.events import BALLOTS, REASONS, BlockReleased, RemainderMovedUp


@dataclass(slots=True)
class Desk:
    """A mutable working set. It holds everything (tests) or what was loaded for a batch (the projection).

    The `changed_*` sets name what has to be written back; `due` names the queues to look at for a release.
    """

    targets: dict[str, Target] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    tallies: dict[str, BlockTally] = field(default_factory=dict)
    queues: dict[Queue, set[str]] = field(default_factory=dict)
    waits: dict[str, tuple[Queue, ...]] = field(default_factory=dict)
    changed_targets: set[str] = field(default_factory=set)
    changed_places: set[str] = field(default_factory=set)
    changed_tallies: set[str] = field(default_factory=set)
    changed_waits: set[str] = field(default_factory=set)
    due: set[Queue] = field(default_factory=set)

    def take(self, ballot: str, target: Target) -> None:
        """Learn what a ballot says now. An unpublished one changes or moves in its queue."""
        self.targets[ballot] = target
        self.changed_targets.add(ballot)
        self.queue_again(ballot)

    def queue_again(self, ballot: str) -> None:
        """Put a ballot into the queues where it belongs now, and out of the others. Unknown ballots wait nowhere."""
        target = self.targets.get(ballot)
        new = queues_of(target, self.places.get(ballot)) if target else ()
        old = self.waits.get(ballot, ())
        if not new and not old:
            return
        self.due.update(new)
        self.changed_waits.add(ballot)
        self.waits[ballot] = new
        if old == new:
            return
        for queue in old:
            self.queues[queue].discard(ballot)
        for queue in new:
            self.queues.setdefault(queue, set()).add(ballot)

    def since(self, ballot: str) -> str:
        """Give the business day since which a ballot waits at its level."""
        place = self.places.get(ballot)
        arrived = self.targets[ballot].since
        return max(arrived, place.since) if place else arrived

    def in_order(self, queue: Queue) -> list[str]:
        """Give those who wait in a queue in their order of arrival."""
        waiting = self.queues.get(queue, set())
        if queue.kind == BALLOTS:
            return sorted(waiting, key=lambda ballot: (self.targets[ballot].arrival, ballot))
        return sorted(waiting, key=lambda ballot: (self.since(ballot), self.targets[ballot].arrival, ballot))

    def fold(self, fact: BlockReleased | RemainderMovedUp) -> None:
        """Take a fact of the folder's own: what was published, or what waits at a coarser level now."""
        if isinstance(fact, RemainderMovedUp):
            self._fold_move_up(fact)
        else:
            self._fold_block(fact)
        for ballot in fact.ballots:
            self.changed_places.add(ballot)
            self.queue_again(ballot)

    def _fold_move_up(self, fact: RemainderMovedUp) -> None:
        for ballot in fact.ballots:
            place = self.places.get(ballot) or Place(leaf=fact.to_leaf, since=fact.on)
            self.places[ballot] = place._replace(leaf=fact.to_leaf, since=fact.on)

    def _fold_block(self, fact: BlockReleased) -> None:
        self.tallies[fact.block_id] = BlockTally(size=len(fact.ballots))
        self.changed_tallies.add(fact.block_id)
        leaf = fact.to_leaf or fact.leaf
        for ballot, score, reasons in zip(fact.ballots, fact.scores, fact.reasons, strict=True):
            shown = Place(leaf=leaf, since=fact.closed_on, block=fact.block_id, score=score, reasons=reasons)
            if fact.kind == BALLOTS:
                self.places[ballot] = shown._replace(chain=(fact.block_id,), seen=1 << score)
            else:
                self.places[ballot] = self._corrected(shown, self.places[ballot], fact)

    def _corrected(self, shown: Place, before: Place, fact: BlockReleased) -> Place:
        seen = before.seen | 1 << shown.score
        if fact.whole:
            return shown._replace(chain=(fact.block_id,), seen=seen, fresh=before.fresh)
        undoing = undoes(fact.kind, before, shown.score)
        self.tallies[before.chain[-1]].touched += 1
        for block in before.chain if undoing else ():
            self.tallies[block].undone += 1
        self.changed_tallies.update(before.chain)
        chain = (fact.block_id,) if undoing else (*before.chain, fact.block_id)
        return shown._replace(chain=chain, seen=seen, fresh=before.fresh and fact.kind != REASONS)


def chain_blocks(places: Iterable[Place]) -> set[str]:
    """Name the blocks whose tallies a correction of these places asks for."""
    return {block for place in places for block in place.chain}
