"""How many people were served: what counters reported, and the sums per one-stop, field and day."""

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_

from services.chassis.projection import View
from services.chassis.upsert import upsert
from services.indicators.projections.survey_messages import ServedCounted

Served = tuple[str, str, str]
"""One-stop, field, day."""


def count_served(view: View, counts: Sequence[ServedCounted]) -> None:
    """Keep the newest count of each counter, day and field."""
    rows = {
        (it.counter_id, it.day, it.field): (it.counter_id, it.day, it.field, it.one_stop_id, it.served) for it in counts
    }
    upsert(view.connection, view.table("served"), [rows[key] for key in sorted(rows)])


def served_totals(view: View, counts: Sequence[ServedCounted]) -> dict[Served, int]:
    """Give the sums that these counts are part of."""
    table = view.table("served")
    keys = [table.c.one_stop_id, table.c.field, table.c.day]
    wanted = sorted({(it.one_stop_id, it.field, it.day) for it in counts})
    query = select(*keys, func.sum(table.c.served)).where(tuple_(*keys).in_(wanted)).group_by(*keys)
    return {(row[0], row[1], row[2]): int(row[3]) for row in view.connection.execute(query)}
