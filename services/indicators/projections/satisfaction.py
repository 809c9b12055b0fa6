"""Released counter satisfaction per one-stop and day: sums of whole blocks, so that reading it stays quick in a long year."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import BigInteger, Column, MetaData, String, Table, func, select

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import told
from services.chassis.upsert import upsert
from services.indicators.domain.running.scope import Scope

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


class Share(NamedTuple):
    """Of `n` people, how many were satisfied."""

    satisfied: int = 0
    n: int = 0

    def plus(self, other: "Share") -> "Share":
        """Add up."""
        return Share(self.satisfied + other.satisfied, self.n + other.n)

    @property
    def value(self) -> float | None:
        """The percentage; `None` where corrections leave parts that are no number of people by themselves."""
        return 100 * self.satisfied / self.n if self.n > 0 and 0 <= self.satisfied <= self.n else None


class Shares(NamedTuple):
    """The shares of a span of days: in all, month by month, unit by unit."""

    total: Share
    months: dict[str, Share]
    units: dict[str, Share]


def shares_of(view: View, scope: Scope, satisfied: Sequence[int], *, since: date, until: date) -> Shares | None:
    """Give the released satisfaction of a scope; `None` where nothing was released."""
    table = view.table("days")
    month = func.substr(table.c.closed_on, 1, 7)
    columns = [func.sum(table.c[column]) for column in _COLUMNS]
    query = select(table.c.one_stop_id, month, func.min(table.c.closed_on), *columns).where(
        table.c.closed_on >= since.isoformat(), table.c.closed_on <= until.isoformat()
    )
    total = Share()
    months: dict[str, Share] = defaultdict(Share)
    units: dict[str, Share] = defaultdict(Share)
    for one_stop_id, in_month, first, *counts in view.connection.execute(query.group_by(table.c.one_stop_id, month)):
        places = tuple(scope.places(one_stop_id, date.fromisoformat(first)))
        if not places:
            continue
        share = Share(sum(int(counts[score - 1]) for score in satisfied), sum(map(int, counts)))
        total, months[in_month] = total.plus(share), months[in_month].plus(share)
        for unit_id in places:
            units[unit_id] = units[unit_id].plus(share)
    return Shares(total, dict(sorted(months.items())), dict(sorted(units.items()))) if months else None


SATISFACTION = Satisfaction()
"""The one instance: builds are cached by it."""
