"""The official figure of a target's scope: published for the whole of it, or summed from what its members published."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from services.indicators.domain.catalogue_events import Document
from services.indicators.domain.periods import period_of
from services.indicators.domain.scales import ratio
from services.indicators.domain.status import Kind, Lack, Reading
from services.indicators.projections.known_figures import Known, Point, Wanted


def official_of(wanted: Wanted, rows: Sequence[Row[Any]]) -> Known | None:
    """Give the official figure of a target's whole scope, or the sum of its members'; `None` where nobody published one."""
    mine = [row for row in rows if row.indicator == wanted.code and row.until[:4] == str(wanted.aim.year)]
    whole = [row for row in mine if row.unit_id in {wanted.aim.scope.unit_id, wanted.aim.owner_unit_id}]
    if whole:
        readings = [_reading_of(row) for row in whole]
        latest = max(readings, key=lambda it: (it.until or date.min, -(it.since or date.min).toordinal()))
        return Known(reading=latest, trend=tuple(_point(it) for it in readings))
    parts = [row for row in mine if row.unit_id in wanted.aim.scope.members]
    return Known(reading=_summed(wanted, parts)) if parts else None


def _summed(wanted: Wanted, rows: Sequence[Row[Any]]) -> Reading:
    latest = max(rows, key=lambda row: (row.until, row.period)).period
    parts = [row for row in rows if row.period == latest]
    unit = wanted.definition.unit
    counts = [found for row in parts if (found := _counts(row, unit)) is not None]
    numerator, denominator = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    value = ratio(numerator, denominator, unit) if len(counts) == len(parts) else None
    units = len(wanted.aim.scope.members)
    period = period_of(latest)
    return divided(
        Reading(
            kind=Kind.OFFICIAL,
            value=value,
            numerator=numerator,
            denominator=denominator,
            since=period.since if period else None,
            until=period.until if period else None,
            period=latest,
            units_known=len(parts),
            units=units,
            lack=Lack.UNITS_MISSING if len(parts) < units else None,
        )
    )


def _counts(row: Row[Any], unit: str) -> tuple[float, float] | None:
    """Give what can be summed of a part: its counts, or a value that is itself a count."""
    if row.numerator is not None:
        return row.numerator, row.denominator
    return (row.value, 0.0) if unit == "count" else None


def _reading_of(row: Row[Any]) -> Reading:
    period = period_of(row.period)
    return divided(
        Reading(
            kind=Kind.OFFICIAL,
            value=row.value,
            numerator=row.numerator,
            denominator=row.denominator,
            since=period.since if period else None,
            until=period.until if period else None,
            period=row.period,
            document=msgspec.json.decode(row.document, type=Document) if row.document else None,
            lack=None,
        )
    )


def divided(reading: Reading) -> Reading:
    """Say of a reading without a value that there was nothing to divide by."""
    undivided = reading.value is None and reading.lack is None
    return replace(reading, lack=Lack.NOTHING_TO_DIVIDE_BY) if undivided else reading


def _point(reading: Reading) -> Point:
    month = (reading.until or date.min).isoformat()[:7]
    return Point(month=month, value=reading.value, numerator=reading.numerator, denominator=reading.denominator)
