"""Folding what is plain in a history: ballots that were cast, published once, and say what was published of them.

A build in the making meets almost nothing else. Such a ballot waits nowhere, so its rows are written as they are,
without a working set. Whatever is not plain is handed back to the books.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from services.chassis.projection import View
from services.chassis.upsert import upsert
from services.indicators.domain.events import BALLOTS, BlockReleased, RemainderMovedUp
from services.indicators.domain.leaf import leaf_of
from services.indicators.projections.ballot_rows import save_targets
from services.indicators.projections.dimensions import number_of
from services.indicators.projections.row_sets import Row, rows_of
from services.indicators.projections.survey_messages import BallotNews

Fact = BlockReleased | RemainderMovedUp


def fold_first_blocks(view: View, facts: Sequence[Fact]) -> list[Fact]:
    """Write the places of ballots that a block published before this build knows them; give the facts that are left.

    They may be written ahead of the others: only a move up can come before a ballot's first block.
    """
    moved = {ballot for fact in facts if isinstance(fact, RemainderMovedUp) for ballot in fact.ballots}
    first = [fact for fact in facts if isinstance(fact, BlockReleased) and fact.kind == BALLOTS]
    table = view.table("ballots")
    ballots = sorted(ballot for fact in first for ballot in fact.ballots)
    known = {row[0] for row in rows_of(view.connection, table.c.ballot, ballots, "ballot")}
    not_plain = known | moved
    plain = [fact for fact in first if not_plain.isdisjoint(fact.ballots)] if not_plain else first
    rows = [row for fact in plain for row in _places(fact)]
    upsert(view.connection, view.table("places"), sorted(rows, key=itemgetter(0)))
    upsert(view.connection, view.table("tallies"), sorted((fact.block_id, len(fact.ballots), 0, 0) for fact in plain))
    done = {id(fact) for fact in plain}
    return [fact for fact in facts if id(fact) not in done]


def _places(fact: BlockReleased) -> Iterator[Row]:
    leaf, closed_on, block = number_of(fact.leaf), fact.closed_on, fact.block_id
    for ballot, score, reasons in zip(fact.ballots, fact.scores, fact.reasons, strict=True):
        yield ballot, leaf, closed_on, block, score, ",".join(reasons), None, 1 << score, 1


def fold_published_casts(view: View, news: Mapping[str, BallotNews]) -> dict[str, BallotNews]:
    """Write the ballots of which everything they say has been published; give the news that are left."""
    table = view.table("places")
    rows = rows_of(view.connection, table.c.ballot, sorted(news), "ballot", "leaf", "score", "reasons", "block")
    shown = {row[0]: row for row in rows}
    plain = {}
    for ballot, row in shown.items():
        target = None if news[ballot].later else news[ballot].cast
        if target is not None and row[4] is not None and row[2] == target.score:
            leaf = number_of(leaf_of(target.cell, counted=target.counted))
            if row[1] == leaf and row[3] == ",".join(target.reasons):
                plain[ballot] = target
    save_targets(view, plain)
    return {ballot: about for ballot, about in news.items() if ballot not in plain}
