"""Counter results: released blocks, summed by the day they closed. Nothing here is smaller than a block."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, Select, String, Table, Text, and_, func, select

from services.chassis.projection import Delivery, TableName, View
from services.gateway.reporting.figures import SCORES, Tally
from services.gateway.reporting.freshness import define_freshness, note_heard
from services.gateway.reporting.messages import read_all
from services.gateway.reporting.upserts import write

BLOCK_RELEASED = "cchc.indicators.block_released.v1"
SERVED_RELEASED = "cchc.indicators.served_released.v1"

_SUMS = ("n", "blocks", *(f"score_{score}" for score in SCORES))


class BlockReleased(msgspec.Struct, frozen=True, kw_only=True):
    """The reader's own view of a released block; corrections carry signed counts."""

    block_id: str
    one_stop_id: str
    field: str
    level: str
    family: str
    questionnaire: str
    counted: bool
    kind: str
    size: int
    scores: dict[str, int]
    reasons: dict[str, int]
    closed_on: date


class ServedReleased(msgspec.Struct, frozen=True, kw_only=True):
    """How many people a one-stop served in a field on a day; a later message replaces an earlier one."""

    one_stop_id: str
    field: str
    day: date
    served: int


def _cell_columns() -> list[Column[Any]]:
    return [
        Column("closed_on", Date, primary_key=True),
        Column("one_stop_id", String, primary_key=True),
        Column("field", String, primary_key=True),
        Column("level", String, primary_key=True),
        Column("family", String, primary_key=True),
        Column("questionnaire", String, primary_key=True),
        Column("counted", Boolean, primary_key=True),
    ]


class CounterResults:
    """The read model behind the counter results page, its CSV and its API."""

    name = "counter_results"
    version = 1
    topics: tuple[str, ...] = ("indicators.figure.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare sums per cell and day, reasons, served counts and the list of blocks."""
        sums = [Column(column, Integer, nullable=False) for column in _SUMS]
        Table(name("daily"), metadata, *_cell_columns(), *sums)
        reason = Column("reason", String, primary_key=True)
        Table(name("reasons"), metadata, *_cell_columns(), reason, Column("n", Integer, nullable=False))
        Table(
            name("served"),
            metadata,
            Column("day", Date, primary_key=True),
            Column("one_stop_id", String, primary_key=True),
            Column("field", String, primary_key=True),
            Column("served", Integer, nullable=False),
        )
        _define_blocks(metadata, name)
        define_freshness(metadata, name)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: one upsert per table."""
        blocks = read_all(batch, BLOCK_RELEASED, BlockReleased)
        write(view, "daily", _folded_sums(blocks), adding=_SUMS)
        write(view, "reasons", _folded_reasons(blocks), adding=("n",))
        write(view, "blocks", (_block_row(block) for block in blocks))
        served = {(it.day, it.one_stop_id, it.field): it for it in read_all(batch, SERVED_RELEASED, ServedReleased)}
        write(view, "served", (msgspec.structs.asdict(it) for it in served.values()))
        note_heard(view, batch)


def _define_blocks(metadata: MetaData, name: TableName) -> None:
    blocks = Table(
        name("blocks"),
        metadata,
        Column("block_id", String, primary_key=True),
        Column("closed_on", Date, nullable=False),
        *(Column(column, String, nullable=False) for column in ("one_stop_id", "field", "level", "family", "kind")),
        Column("questionnaire", String, nullable=False),
        Column("counted", Boolean, nullable=False),
        Column("size", Integer, nullable=False),
        *(Column(f"score_{score}", Integer, nullable=False) for score in SCORES),
        Column("reasons", Text, nullable=False),
    )
    Index(name("blocks_by_day"), blocks.c.closed_on)


def _cell(block: BlockReleased) -> tuple[Any, ...]:
    return (
        block.closed_on,
        block.one_stop_id,
        block.field,
        block.level,
        block.family,
        block.questionnaire,
        block.counted,
    )


_CELL_NAMES = ("closed_on", "one_stop_id", "field", "level", "family", "questionnaire", "counted")


def _folded_sums(blocks: Iterable[BlockReleased]) -> list[dict[str, Any]]:
    sums: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for block in blocks:
        cell = sums[_cell(block)]
        cell["n"] += sum(block.scores.values())
        cell["blocks"] += 1
        for score in SCORES:
            cell[f"score_{score}"] += block.scores.get(str(score), 0)
    return [dict(zip(_CELL_NAMES, cell, strict=True)) | {it: row[it] for it in _SUMS} for cell, row in sums.items()]


def _folded_reasons(blocks: Iterable[BlockReleased]) -> list[dict[str, Any]]:
    sums: Counter[tuple[Any, ...]] = Counter()
    for block in blocks:
        for reason, count in block.reasons.items():
            sums[(*_cell(block), reason)] += count
    return [dict(zip((*_CELL_NAMES, "reason"), cell, strict=True)) | {"n": count} for cell, count in sums.items()]


def _block_row(block: BlockReleased) -> dict[str, Any]:
    row = msgspec.structs.asdict(block)
    scores = row.pop("scores")
    row["reasons"] = msgspec.json.encode(block.reasons, order="sorted").decode()
    return row | {f"score_{score}": scores.get(str(score), 0) for score in SCORES}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Which blocks are asked for: those that closed from `since` to `until`, both included."""

    since: date | None
    until: date
    counted_only: bool = True
    one_stop_id: str | None = None
    field: str | None = None
    family: str = "counter"


def _within(table: Table, scope: Scope) -> Any:
    conditions = [table.c.closed_on <= scope.until, table.c.family == scope.family]
    if scope.since is not None:
        conditions.append(table.c.closed_on >= scope.since)
    if scope.counted_only:
        conditions.append(table.c.counted.is_(True))
    if scope.one_stop_id is not None:
        conditions.append(table.c.one_stop_id == scope.one_stop_id)
    if scope.field is not None:
        conditions.append(table.c.field == scope.field)
    return and_(*conditions)


def _sums_by(view: View, scope: Scope, *names: str) -> Select[Any]:
    table = view.table("daily")
    keys = [table.c[name] for name in names]
    sums = [func.coalesce(func.sum(table.c[name]), 0).label(name) for name in _SUMS]
    return select(*keys, *sums).where(_within(table, scope)).group_by(*keys).order_by(*keys)


def _tally(row: Any) -> Tally:
    return Tally(scores={score: int(getattr(row, f"score_{score}")) for score in SCORES}, blocks=int(row.blocks))


def tally_of(view: View, scope: Scope) -> Tally:
    """Sum everything in scope."""
    table = view.table("daily")
    sums = [func.coalesce(func.sum(table.c[name]), 0).label(name) for name in _SUMS]
    return _tally(view.connection.execute(select(*sums).where(_within(table, scope))).one())


def tallies_by_cell(view: View, scope: Scope) -> dict[tuple[str, str, str], Tally]:
    """Sum per (one-stop, field, level)."""
    rows = view.connection.execute(_sums_by(view, scope, "one_stop_id", "field", "level"))
    return {(row.one_stop_id, row.field, row.level): _tally(row) for row in rows}


def tallies_by_day(view: View, scope: Scope) -> dict[tuple[date, bool], Tally]:
    """Sum per day on which blocks closed, and whether the ballots count."""
    rows = view.connection.execute(_sums_by(view, scope, "closed_on", "counted"))
    return {(row.closed_on, bool(row.counted)): _tally(row) for row in rows}


def reasons_of(view: View, scope: Scope) -> dict[str, int]:
    """Count reasons, the most frequent first."""
    table = view.table("reasons")
    count = func.sum(table.c.n).label("ballots")
    query = select(table.c.reason, count).where(_within(table, scope)).group_by(table.c.reason)
    rows = view.connection.execute(query.order_by(count.desc(), table.c.reason))
    return {row.reason: int(row.ballots) for row in rows if row.ballots > 0}


def served_by_one_stop(view: View, scope: Scope) -> dict[str, int]:
    """Sum the people served, per one-stop that said how many."""
    table = view.table("served")
    conditions = [table.c.day <= scope.until]
    if scope.since is not None:
        conditions.append(table.c.day >= scope.since)
    if scope.one_stop_id is not None:
        conditions.append(table.c.one_stop_id == scope.one_stop_id)
    if scope.field is not None:
        conditions.append(table.c.field == scope.field)
    query = select(table.c.one_stop_id, func.sum(table.c.served).label("served")).where(*conditions)
    return {row.one_stop_id: int(row.served) for row in view.connection.execute(query.group_by(table.c.one_stop_id))}


def newest_blocks(view: View, scope: Scope, limit: int) -> list[Any]:
    """Give the newest blocks behind a figure; rows have the columns of the block table."""
    table = view.table("blocks")
    query = select(table).where(_within(table, scope)).order_by(table.c.closed_on.desc(), table.c.block_id)
    return list(view.connection.execute(query.limit(limit)))


COUNTER_RESULTS = CounterResults()
"""The one instance: builds are cached by it."""
