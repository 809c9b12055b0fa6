"""Counter results: released blocks, summed by the day they closed. Nothing here is smaller than a block."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text

from services.chassis.projection import Delivery, TableName, View
from services.gateway.reporting.figures import SCORES
from services.gateway.reporting.freshness import define_freshness, note_heard
from services.gateway.reporting.messages import read_all
from services.gateway.reporting.upserts import write

BLOCK_RELEASED = "cchc.indicators.block_released.v1"
SERVED_RELEASED = "cchc.indicators.served_released.v1"

SUMS = ("n", "blocks", *(f"score_{score}" for score in SCORES))
ClosedOn = Callable[[date], date]
SPANS: Mapping[str, ClosedOn] = {"daily": lambda day: day, "monthly": lambda day: day.replace(day=1)}
"""What sums are kept by: the table, and the day under which a day is found in it."""


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
    """The read model behind the counter results page, its CSV and its API.

    Sums are kept by day and by month (its first day stands in `closed_on`), so that a year is not added up day by day.
    """

    name = "counter_results"
    version = 2
    topics: tuple[str, ...] = ("indicators.figure.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare sums and reasons per cell, served counts and the list of blocks."""
        for span in SPANS:
            sums = [Column(column, Integer, nullable=False) for column in SUMS]
            Table(name(span), metadata, *_cell_columns(), *sums)
            reason = Column("reason", String, primary_key=True)
            Table(name(f"{span}_reasons"), metadata, *_cell_columns(), reason, Column("n", Integer, nullable=False))
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
        for span, closed_on in SPANS.items():
            write(view, span, _folded_sums(blocks, closed_on), adding=SUMS)
            write(view, f"{span}_reasons", _folded_reasons(blocks, closed_on), adding=("n",))
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


def _cell(block: BlockReleased, closed_on: ClosedOn) -> tuple[Any, ...]:
    return (
        closed_on(block.closed_on),
        block.one_stop_id,
        block.field,
        block.level,
        block.family,
        block.questionnaire,
        block.counted,
    )


_CELL_NAMES = ("closed_on", "one_stop_id", "field", "level", "family", "questionnaire", "counted")


def _folded_sums(blocks: Iterable[BlockReleased], closed_on: ClosedOn) -> list[dict[str, Any]]:
    sums: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for block in blocks:
        cell = sums[_cell(block, closed_on)]
        cell["n"] += sum(block.scores.values())
        cell["blocks"] += 1
        for score in SCORES:
            cell[f"score_{score}"] += block.scores.get(str(score), 0)
    return [dict(zip(_CELL_NAMES, cell, strict=True)) | {it: row[it] for it in SUMS} for cell, row in sums.items()]


def _folded_reasons(blocks: Iterable[BlockReleased], closed_on: ClosedOn) -> list[dict[str, Any]]:
    sums: Counter[tuple[Any, ...]] = Counter()
    for block in blocks:
        for reason, count in block.reasons.items():
            sums[(*_cell(block, closed_on), reason)] += count
    return [dict(zip((*_CELL_NAMES, "reason"), cell, strict=True)) | {"n": count} for cell, count in sums.items()]


def _block_row(block: BlockReleased) -> dict[str, Any]:
    row = msgspec.structs.asdict(block)
    scores = row.pop("scores")
    row["reasons"] = msgspec.json.encode(block.reasons, order="sorted").decode()
    return row | {f"score_{score}": scores.get(str(score), 0) for score in SCORES}


COUNTER_RESULTS = CounterResults()
"""The one instance: builds are cached by it."""
