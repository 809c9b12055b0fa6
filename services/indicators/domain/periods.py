"""Periods of reports and measurements: `2021`, `2021-H1`, `2021-9M`, `2021-Q2`, `2021-06`. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

PERIOD = re.compile(
    r"(?P<year>19\d\d|20\d\d|21\d\d)(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<nine>9M)|(?P<month>0[1-9]|1[0-2])))?"
)
"""How a period is written."""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of civil days, both included, and how it is written."""

    code: str
    since: date
    until: date

    @property
    def name_vi(self) -> str:
        """Say it in Vietnamese."""
        return _named(self.code, _VIETNAMESE)

    @property
    def name_en(self) -> str:
        """Say it in English."""
        return _named(self.code, _ENGLISH)


def period_of(code: str) -> Period | None:
    """Read a period; `None` where the code is none."""
    found = PERIOD.fullmatch(code)
    if found is None:
        return None
    year = int(found["year"])
    first, last = _months(found)
    return Period(code, date(year, first, 1), last_day(date(year, last, 1)))


def last_day(day: date) -> date:
    """Give the last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def months_of(since: date, until: date) -> Iterator[date]:
    """Give the first day of each month from one day to another, both months included."""
    month = since.replace(day=1)
    while month <= until:
        yield month
        month = last_day(month) + timedelta(days=1)


def _months(found: re.Match[str]) -> tuple[int, int]:
    if found["quarter"]:
        return 3 * int(found["quarter"]) - 2, 3 * int(found["quarter"])
    if found["half"]:
        return 6 * int(found["half"]) - 5, 6 * int(found["half"])
    if found["nine"]:
        return 1, 9
    if found["month"]:
        return int(found["month"]), int(found["month"])
    return 1, 12


_ROMAN = ("", "I", "II", "III", "IV")
_VIETNAMESE = (
    "năm {year}",
    "quý {roman} năm {year}",
    "{half} tháng {nth} năm {year}",
    "9 tháng đầu năm {year}",
    "tháng {month}/{year}",
)
_ENGLISH = (
    "{year}",
    "quarter {quarter} of {year}",
    "half {nth_en} of {year}",
    "the first nine months of {year}",
    "{month}/{year}",
)


def _named(code: str, words: tuple[str, str, str, str, str]) -> str:
    found = PERIOD.fullmatch(code)
    if found is None:
        return code
    parts = {
        "year": found["year"],
        "quarter": found["quarter"],
        "roman": _ROMAN[int(found["quarter"] or 0)],
        "half": 6,
        "nth": "đầu" if found["half"] == "1" else "cuối",
        "nth_en": found["half"],
        "month": str(int(found["month"] or 0)),
    }
    chosen = 1 if found["quarter"] else 2 if found["half"] else 3 if found["nine"] else 4 if found["month"] else 0
    return words[chosen].format(**parts)
