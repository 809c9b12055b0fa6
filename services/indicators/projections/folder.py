"""The figure folder: a read model of survey's facts that also decides which ballots are published together.

Everything about one batch happens in one transaction of the folder's own database: what survey said, the blocks that
became full as facts with their messages, sums, queues, and how far the log was read. A build that readers do not see
yet forms no block: it learns membership from the facts of the folder's own store, and so comes to the same tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy import MetaData, select

from services.chassis.clock import Clock
from services.chassis.domain import Event, InvalidMessage, Refusal
from services.chassis.event_registry import EventRegistry
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewMessage, RecordedFact
from services.chassis.projection import Delivery, TableName, View
from services.chassis.upsert import upsert
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.ballot import Queue
from services.indicators.domain.events import FACTS, BlockReleased, RemainderMovedUp, ServedReleased
from services.indicators.domain.move_up import moved_up, overdue_since
from services.indicators.domain.release import Closing, release_due
from services.indicators.domain.rules import ReleaseRules
from services.indicators.projections.arrivals import Arrivals
from services.indicators.projections.block_sums import save_blocks
from services.indicators.projections.books import Books
from services.indicators.projections.folder_tables import define_folder
from services.indicators.projections.plain_history import fold_first_blocks, fold_published_casts
from services.indicators.projections.served import count_served, served_totals
from services.indicators.projections.survey_messages import (
    BALLOTS_TOPIC,
    COUNTERS_TOPIC,
    BallotNews,
    ServedCounted,
    read_news,
)
from services.indicators.projections.uncollected import uncollected

REGISTRY = EventRegistry(FACTS)

_CHUNK = 1000


class Publish(Protocol):
    """Writes the public messages of a fact; most of a fact stays private."""

    def __call__(self, event: Event) -> tuple[NewMessage, ...]:
        """Give the messages, none for a private fact."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderParts:
    """What the folder works with; `bootstrap.py` chooses."""

    store: EventStore
    rules: ReleaseRules
    calendar: WorkingCalendar
    clock: Clock
    publish: Publish
    new_id: Callable[[], UUID]


class Folder:
    """Folds ballots and served counts, and releases blocks."""

    name = "folder"
    version = 1
    topics: tuple[str, ...] = (BALLOTS_TOPIC, COUNTERS_TOPIC)

    def __init__(self, parts: FolderParts) -> None:
        self._parts = parts
        self._arrivals = Arrivals(parts.clock)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the folder's tables."""
        define_folder(metadata, name)

    @uncollected()
    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch, and release what became full by it."""
        news, served = read_news(batch, self._arrivals)
        self._catch_up(view, at_most=None if view.live else 4 * len(batch) + _CHUNK)
        facts = self._take_news(view, news if view.live else fold_published_casts(view, news))
        self._record(view, [*facts, *self._take_served(view, served)])

    def move_up(self, view: View, units: Callable[[date], dict[str, str]]) -> int:
        """Let what has waited too long wait on at a coarser level; give how many ballots moved.

        Args:
            view: The live build, in a transaction of its own.
            units: Gives the unit above each one-stop on a day.
        """
        self._catch_up(view, at_most=None)
        today = self._parts.clock.business_now().date()
        books = Books(view)
        overdue = books.overdue(overdue_since(today, self._parts.rules, self._parts.calendar))
        moves: list[RemainderMovedUp] = []
        over: set[Queue] = set()
        above = units(today) if any(overdue.values()) else {}
        for queue, ballots in overdue.items():
            move = moved_up(queue, ballots, self._parts.rules, units=above, on=today.isoformat())
            if ballots and self._parts.rules.above(queue.leaf.level) is None:
                over.add(queue)
            elif move is not None and ballots:
                books.desk.fold(move)
                moves.append(move)
        blocks = self._release(books, books.desk.due | over, frozenset(over))
        books.save([*moves, *blocks])
        save_blocks(view, blocks)
        self._record(view, [*moves, *blocks])
        return sum(len(move.ballots) for move in moves)

    def _take_news(self, view: View, news: Mapping[str, BallotNews]) -> list[BlockReleased]:
        books = Books(view)
        books.load(news)
        for ballot, about in news.items():
            target = about.on(books.desk.targets.get(ballot))
            if target is None:
                raise InvalidMessage(f"nothing was cast as {ballot}")
            books.desk.take(ballot, target)
        facts = self._release(books, books.desk.due) if view.live else []
        books.save(facts)
        save_blocks(view, facts)
        return facts

    def _release(self, books: Books, queues: set[Queue], over: frozenset[Queue] = frozenset()) -> list[BlockReleased]:
        parts = self._parts
        closing = Closing(
            rules=parts.rules,
            on=parts.clock.business_now().date().isoformat(),
            new_id=parts.new_id,
            last_wait_over=over,
            load=books.load_queues,
        )
        return release_due(books.desk, queues, closing)

    def _take_served(self, view: View, served: Sequence[ServedCounted]) -> list[Event]:
        if not served:
            return []
        before = served_totals(view, served)
        count_served(view, served)
        after = served_totals(view, served)
        changed = [key for key in sorted(after) if after[key] != before.get(key)] if view.live else []
        return [ServedReleased(one_stop_id=a, field=b, day=c, served=after[a, b, c]) for a, b, c in changed]

    def _record(self, view: View, facts: Sequence[Event]) -> None:
        """Append the folder's own facts with their messages, each in a stream of its own, and note them as folded."""
        if not facts:
            return
        requests = [self._request(fact) for fact in facts]
        verdicts = self._parts.store.append_in(view.connection, requests)
        for verdict in verdicts:
            if isinstance(verdict, Refusal):
                raise verdict
        _note_folded(view, max(verdict.position for verdict in verdicts))  # type: ignore[union-attr]

    def _request(self, fact: Event) -> AppendRequest:
        return AppendRequest(
            stream=f"figure-{self._parts.new_id()}",
            expected_version=NO_STREAM,
            facts=(REGISTRY.encode(fact),),
            messages=self._parts.publish(fact),
        )

    def _catch_up(self, view: View, *, at_most: int | None) -> None:
        """Fold facts of the folder's own that this build has not met: all of them, or as many as one batch may take."""
        folded = _folded(view)
        left = at_most
        while self._parts.store.last_position() > folded and (left is None or left > 0):
            facts = self._parts.store.read(folded, _CHUNK)
            if not facts:
                return
            _fold_recorded(view, facts)
            folded = facts[-1].position
            _note_folded(view, folded)
            left = None if left is None else left - len(facts)


def _fold_recorded(view: View, recorded: Sequence[RecordedFact]) -> None:
    events = [REGISTRY.decode(fact.type, fact.data) for fact in recorded]
    facts = [event for event in events if isinstance(event, BlockReleased | RemainderMovedUp)]
    rest = fold_first_blocks(view, facts)
    # The leaves have to be there before places in them can be read.
    save_blocks(view, facts)
    if not rest:
        return
    books = Books(view)
    books.load(ballot for fact in rest for ballot in fact.ballots)
    for fact in rest:
        books.desk.fold(fact)
    books.save(rest)


def _folded(view: View) -> int:
    """Read how far own facts are folded; on PostgreSQL nobody else works on this build until the transaction ends."""
    table = view.table("progress")
    row = view.connection.execute(select(table.c.folded).with_for_update()).scalar()
    return int(row or 0)


def _note_folded(view: View, position: int) -> None:
    upsert(view.connection, view.table("progress"), [(1, position)])
