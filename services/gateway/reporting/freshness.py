"""How far a read model has come: one row beside its tables, so that pages can say how fresh they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, MetaData, String, Table, select

from services.chassis.projection import Delivery, TableName, View
from services.gateway.reporting.upserts import write

_TABLE = "freshness"


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """`messages` counts what was applied and so grows with every change; `heard_at` is the newest message's time."""

    messages: int
    heard_at: datetime | None


NOTHING_HEARD = Freshness(messages=0, heard_at=None)


def define_freshness(metadata: MetaData, name: TableName) -> None:
    """Declare the row's table beside a projection's own."""
    Table(
        name(_TABLE),
        metadata,
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("messages", Integer, nullable=False),
        Column("heard_at", String, nullable=False),
    )


def note_heard(view: View, batch: Sequence[Delivery]) -> None:
    """Count a batch and keep its newest time. Times of one form compare as texts."""
    times = [delivery.event.time for delivery in batch if delivery.event is not None]
    if not times:
        return
    table = view.table(_TABLE)
    before = view.connection.execute(select(table.c.heard_at)).scalar()
    newest = max([*times, before or ""])
    write(view, _TABLE, [{"one": 1, "messages": len(times), "heard_at": newest}], adding=("messages",))


def freshness_of(view: View) -> Freshness:
    """Read how far the read model has come."""
    table = view.table(_TABLE)
    row = view.connection.execute(select(table.c.messages, table.c.heard_at)).first()
    if row is None:
        return NOTHING_HEARD
    return Freshness(messages=row.messages, heard_at=datetime.fromisoformat(row.heard_at))
