"""Released counter satisfaction per one-stop and day: sums of whole blocks, so that reading it stays quick in a long year."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple

import msgspec
from sqlalchemy import BigInteger, Column, MetaData, String, Table, func, select

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import told
from services.chassis.upsert import upsert
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.running.shares import Sums, added

SCORES = ("1", "2", "3", "4", "5")
_COLUMNS = tuple(f"score_{score}" for score in SCORES)


class _Block(msgspec.Struct, frozen=True):
    one_stop_id: str
    family: str
    counted: bool
    scores: dict[str, int]
    closed_on: str


_KINDS: dict[str, type[msgspec.Struct]] = {"cchc.indicators.block_released.v1": _Block}


class Satisfaction:
    """One row per one-stop and day: counted ballots of the counter, per score. Corrections are signed and add up."""

    name = "indicators_satisfaction"
    version = 1
    topics: tuple[str, ...] = ("indicators.figure.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        Table(
            name("days"),
            metadata,
            Column("closed_on", String, primary_key=True),
            Column("one_stop_id", String, primary_key=True),
            *(Column(column, BigInteger, nullable=False) for column in _COLUMNS),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Add a batch up and add the sums to the rows."""
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(SCORES))
        for _, block in told(batch, _KINDS):
            if block.counted and block.family == "counter":
                row = sums[block.closed_on, block.one_stop_id]
                for at, score in enumerate(SCORES):
                    row[at] += block.scores.get(score, 0)
        upsert(view.connection, view.table("days"), [(*key, *sums[key]) for key in sorted(sums)], adding=_COLUMNS)


class Satisfied(NamedTuple):
    """The satisfied of those who answered in a span of days: in all, month by month, unit by unit."""

    total: Sums
    months: dict[str, Sums]
    units: dict[str, Sums]


def satisfied_percent(sums: Sums) -> float | None:
    """Give a percentage; `None` where corrections leave parts that are no number of people by themselves."""
    satisfied, n = sums
    return 100 * satisfied / n if n > 0 and 0 <= satisfied <= n else None


def satisfied_of(view: View, scope: Scope, scores: Sequence[int], *, since: date, until: date) -> Satisfied | None:
    """Give the released satisfaction of a scope by the scores that count as satisfied; `None` where nothing was released."""
    table = view.table("days")
    month = func.substr(table.c.closed_on, 1, 7)
    columns = [func.sum(table.c[column]) for column in _COLUMNS]
    query = select(table.c.one_stop_id, month, func.min(table.c.closed_on), *columns).where(
        table.c.closed_on >= since.isoformat(), table.c.closed_on <= until.isoformat()
    )
    found: list[tuple[str, tuple[str, ...], Sums]] = []
    for one_stop_id, in_month, first, *counts in view.connection.execute(query.group_by(table.c.one_stop_id, month)):
        if places := tuple(scope.places(one_stop_id, date.fromisoformat(first))):
            sums = Sums(sum(int(counts[score - 1]) for score in scores), sum(map(int, counts)))
            found.append((in_month, places, sums))
    if not found:
        return None
    return Satisfied(
        total=reduce(Sums.plus, (sums for _, _, sums in found)),
        months=added((in_month, sums) for in_month, _, sums in found),
        units=added((place, sums) for _, places, sums in found for place in places),
    )


SATISFACTION = Satisfaction()
"""The one instance: builds are cached by it."""
