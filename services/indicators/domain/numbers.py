"""Numbers and days in plain words of both languages. Pure."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.indicators.domain.catalogue_events import Aim, Definition

MOST_DECIMALS = 4


def rounded(value: float, decimals: int) -> Decimal:
    """Round half up, as people do."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def number_en(value: float, decimals: int = 0) -> str:
    """Write a number in English: 1,204.5."""
    return f"{rounded(value, decimals):,}"


def number_vi(value: float, decimals: int = 0) -> str:
    """Write a number in Vietnamese: 1.204,5."""
    return number_en(value, decimals).translate(str.maketrans(",.", ".,"))


def day_vi(day: date) -> str:
    """Write a day in Vietnamese: 18/6/2021."""
    return f"{day.day}/{day.month}/{day.year}"


def day_en(day: date) -> str:
    """Write a day in English: 18 June 2021."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def shown_decimals(value: float, aim: Aim, definition: Definition | None, *, fulfilled: bool) -> int:
    """Give so many decimals that rounding does not seem to turn the comparison: 89.96 is not shown as 90 where 90 is asked."""
    decimals = definition.decimals if definition and definition.decimals is not None else 1
    if value == int(value):
        return 0
    while decimals < MOST_DECIMALS and not _tells(value, decimals, aim, fulfilled=fulfilled):
        decimals += 1
    return decimals


def _tells(value: float, decimals: int, aim: Aim, *, fulfilled: bool) -> bool:
    shown, limit = rounded(value, decimals), Decimal(repr(aim.value or 0.0))
    if aim.operator == "gt":
        return (shown > limit) == fulfilled
    return (shown == limit if aim.operator == "eq" else shown >= limit) == fulfilled


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
