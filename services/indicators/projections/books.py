"""Between the folder's tables and its working set: what a batch needs is loaded at once, what changed is written at once."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from services.chassis.projection import View
from services.chassis.upsert import upsert
from services.indicators.domain.ballot import Place, Queue, Target
from services.indicators.domain.corrections import BlockTally
from services.indicators.domain.desk import Desk, chain_blocks
from services.indicators.domain.events import BlockReleased, RemainderMovedUp
from services.indicators.domain.leaf import Leaf
from services.indicators.projections.ballot_rows import save_targets
from services.indicators.projections.block_sums import SUMS
from services.indicators.projections.dimensions import (
    cells_by_number,
    leaves_by_number,
    number_of,
    queue_name,
    queue_named,
)
from services.indicators.projections.row_sets import Row, delete_pairs, rows_of

Fact = BlockReleased | RemainderMovedUp

_NO_SUMS = (0,) * len(SUMS)


class Books:
    """One transaction's window on one build."""

    def __init__(self, view: View) -> None:
        self.desk = Desk()
        self._view = view
        self._connection = view.connection
        self._known: set[str] = set()
        self._waited: dict[str, tuple[Queue, ...]] = {}

    def load(self, ballots: Iterable[str]) -> None:
        """Load ballots and places that are not on the desk yet; unknown ones stay unknown."""
        missing = [ballot for ballot in ballots if ballot not in self._known]
        self._known.update(missing)
        targets, places = self._read_targets(missing), self._read_places(missing)
        self.desk.targets |= targets
        self.desk.places |= places
        for ballot in targets:
            self.desk.queue_again(ballot)
            self._waited[ballot] = self.desk.waits.get(ballot, ())
            self.desk.changed_waits.discard(ballot)
        self.desk.due.clear()
        self.load_tallies(places.values())

    def load_tallies(self, places: Iterable[Place]) -> None:
        """Load the tallies of the blocks that published these places."""
        blocks = sorted(chain_blocks(places) - self.desk.tallies.keys())
        table = self._view.table("tallies")
        for block, *counts in rows_of(self._connection, table.c.block_id, blocks):
            self.desk.tallies[block] = BlockTally(*counts)

    def load_queues(self, queues: Iterable[Queue]) -> None:
        """Load everybody who waits in these queues."""
        due = set(self.desk.due)
        table = self._view.table("waiting")
        names = sorted(queue_name(queue) for queue in queues)
        self.load(row[0] for row in rows_of(self._connection, table.c.queue, names, "ballot"))
        self.desk.due |= due

    def overdue(self, since: str) -> dict[Queue, list[str]]:
        """Load what has waited since that day or longer, by queue."""
        table = self._view.table("waiting")
        names = self._connection.scalars(select(table.c.queue).distinct().where(table.c.since <= since)).all()
        queues = sorted(queue_named(name) for name in names)
        self.load_queues(queues)
        return {
            queue: [ballot for ballot in self.desk.in_order(queue) if self.desk.since(ballot) <= since]
            for queue in queues
        }

    def save(self, facts: Sequence[Fact]) -> None:
        """Write back what changed; `facts` are those that were folded on the desk."""
        targets = self.desk.targets
        save_targets(self._view, {ballot: targets[ballot] for ballot in self.desk.changed_targets})
        self._name_leaves({fact.to_leaf for fact in facts if isinstance(fact, RemainderMovedUp)})
        self._save_places()
        self._save_waiting()
        tallies = ((block, self.desk.tallies[block]) for block in sorted(self.desk.changed_tallies))
        rows = [(block, tally.size, tally.touched, tally.undone) for block, tally in tallies]
        upsert(self._connection, self._view.table("tallies"), rows)

    def _read_targets(self, ballots: Sequence[str]) -> dict[str, Target]:
        table = self._view.table("ballots")
        rows = rows_of(self._connection, table.c.ballot, ballots)
        cells = cells_by_number(self._view, (row[1] for row in rows))
        return {
            ballot: Target(cells[cell], bool(accepted), bool(held), score, _split(reasons), arrival, since)
            for ballot, cell, accepted, held, score, reasons, arrival, since in rows
        }

    def _read_places(self, ballots: Sequence[str]) -> dict[str, Place]:
        table = self._view.table("places")
        rows = rows_of(self._connection, table.c.ballot, ballots)
        leaves = leaves_by_number(self._view, (row[1] for row in rows))
        return {
            ballot: Place(leaves[leaf], since, block, score, _split(reasons), _chain(chain, block), seen, bool(fresh))
            for ballot, leaf, since, block, score, reasons, chain, seen, fresh in rows
        }

    def _save_places(self) -> None:
        rows: list[Row] = []
        for ballot in sorted(self.desk.changed_places):
            leaf, since, block, score, reasons, chain, seen, fresh = self.desk.places[ballot]
            chained = None if len(chain) < 2 else ",".join(chain)
            rows.append((ballot, number_of(leaf), since, block, score, ",".join(reasons), chained, seen, int(fresh)))
        upsert(self._connection, self._view.table("places"), rows)

    def _name_leaves(self, leaves: set[Leaf]) -> None:
        rows = [(number_of(leaf), *leaf, *_NO_SUMS, "") for leaf in sorted(leaves)]
        known = leaves_by_number(self._view, map(number_of, leaves))
        upsert(self._connection, self._view.table("leaves"), [row for row in rows if row[0] not in known])

    def _save_waiting(self) -> None:
        gone: list[tuple[str, str]] = []
        rows: list[Row] = []
        for ballot in sorted(self.desk.changed_waits):
            now = self.desk.waits.get(ballot, ())
            gone += [(queue_name(queue), ballot) for queue in self._waited.get(ballot, ()) if queue not in now]
            rows += [(queue_name(queue), ballot, self.desk.since(ballot)) for queue in now]
        table = self._view.table("waiting")
        delete_pairs(self._connection, table, gone)
        upsert(self._connection, table, rows)


def _split(reasons: str) -> tuple[str, ...]:
    return tuple(reasons.split(",")) if reasons else ()


def _chain(chain: str | None, block: str | None) -> tuple[str, ...]:
    if chain is not None:
        return tuple(chain.split(","))
    return (block,) if block is not None else ()
