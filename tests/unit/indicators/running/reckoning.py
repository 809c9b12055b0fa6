"""Reads one thing's shares as a figure would be read: a period, as it stands on its last day."""

from datetime import date
from typing import Any

from services.indicators.domain.running.shares import Family
from services.indicators.domain.running.table import FIGURES


def day(month: int, number: int, year: int = 2021) -> date:
    return date(year, month, number)


def read(family: Family, thing: Any, until: date, *, code: str = "", since: date = date(2021, 1, 1)) -> tuple[int, int]:
    """Give numerator and denominator that a thing adds to a figure from `since` through `until`."""
    code = code or family.figures[0].code
    shares = [
        share
        for share in family.shares(thing)
        if share.indicator == code and share.holds_from <= until and (FIGURES[code].stock or since <= share.on)
    ]
    return sum(share.numerator for share in shares), sum(share.denominator for share in shares)
