"""Official measurements as they are listed, and as they stood on a day and as known at a time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Float, Index, MetaData, Row, String, Table, select

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import known_rows, told, write_rows
from services.indicators.domain.catalogue_events import Document
from services.indicators.domain.periods import period_of
from services.indicators.projections.known_times import NEVER, milliseconds


class _Told(msgspec.Struct, frozen=True):
    measurement_id: str
    indicator: str
    unit_id: str
    period: str
    value: float | None
    numerator: float | None
    denominator: float | None
    document: Document | None
    replaces: str | None
    reason: str | None
    on: str
    at: datetime


_STAGES = {
    f"cchc.indicators.measurement_{stage}.v1": stage
    for stage in ("submitted", "approved", "returned", "published", "corrected")
}
_KINDS: dict[str, type[msgspec.Struct]] = dict.fromkeys(_STAGES, _Told)


class Measurements:
    """One row per measurement."""

    name = "indicators_measurements"
    version = 1
    topics: tuple[str, ...] = ("indicators.measurement.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table; `published` and `replaced` are milliseconds, for readers who ask what was known when."""
        texts = ("indicator", "unit_id", "period", "until", "stage", "document", "replaces", "replaced_by", "reason")
        days = ("submitted_on", "approved_on", "published_on")
        numbers = ("value", "numerator", "denominator")
        table = Table(
            name("measurements"),
            metadata,
            Column("measurement_id", String, primary_key=True),
            *(Column(column, String) for column in (*texts, *days)),
            *(Column(column, Float) for column in numbers),
            Column("published", BigInteger),
            Column("replaced", BigInteger),
        )
        Index(name("by_indicator"), table.c.indicator, table.c.until)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: each row it touches is read once and written once."""
        news = list(told(batch, _KINDS))
        ids = [it for _, message in news for it in (message.measurement_id, message.replaces) if it]
        rows = known_rows(view, view.table("measurements"), ids)
        for wire, message in news:
            _fold(rows, _STAGES[wire], message)
        write_rows(view, view.table("measurements"), (rows[key] for key in sorted(rows)))


def _fold(rows: dict[str, dict[str, Any]], stage: str, message: _Told) -> None:
    row = rows.setdefault(message.measurement_id, {"measurement_id": message.measurement_id})
    period = period_of(message.period)
    row |= {
        **{name: getattr(message, name) for name in ("indicator", "unit_id", "period", "replaces", "reason")},
        **{name: getattr(message, name) for name in ("value", "numerator", "denominator")},
        "until": period.until.isoformat() if period else message.on,
        "document": msgspec.json.encode(message.document).decode() if message.document else None,
        "stage": "published" if stage == "corrected" else stage,
    }
    if stage in {"published", "corrected"}:
        row |= {"published_on": message.on, "published": milliseconds(message.at), "replaced": NEVER}
    elif stage != "returned":
        row[f"{stage}_on"] = message.on
    if stage == "corrected" and message.replaces in rows:
        rows[message.replaces] |= {
            "stage": "replaced",
            "replaced": milliseconds(message.at),
            "replaced_by": message.measurement_id,
        }


def published_rows(
    view: View, indicators: Iterable[str], *, since: date, until: date, known_until: datetime
) -> Sequence[Row[Any]]:
    """Give what was published at a time of indicators' periods that end in some days, the newest period last."""
    table, known = view.table("measurements"), milliseconds(known_until)
    query = select(table).where(
        table.c.indicator.in_(sorted(set(indicators))),
        table.c.until >= since.isoformat(),
        table.c.until <= until.isoformat(),
        table.c.published <= known,
        table.c.replaced > known,
    )
    return view.connection.execute(query.order_by(table.c.until, table.c.measurement_id)).all()


def listed(view: View, *, after: str | None, limit: int, wanted: dict[str, str]) -> Sequence[Row[Any]]:
    """Give one more row than `limit` of those that fit, in order of their ids."""
    table = view.table("measurements")
    query = select(table).where(*(table.c[name] == value for name, value in wanted.items()))
    if after is not None:
        query = query.where(table.c.measurement_id > after)
    return view.connection.execute(query.order_by(table.c.measurement_id).limit(limit + 1)).all()


MEASUREMENTS = Measurements()
"""The one instance: builds are cached by it."""
