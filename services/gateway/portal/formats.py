"""Numbers, days and times as people of each language write them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from services.chassis.clock import CIVIL_ZONE
from services.gateway.reporting.figures import Interval, percent

Language = Literal["vi", "en"]

NO_BREAK = "\u00a0"
EN_DASH = "\N{EN DASH}"
NOTHING = EN_DASH

_MONTHS = [
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
]
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_MEGABYTE = 1_000_000
_DECIMALS = {
    "percent": 1,
    "index_0_1": 3,
    "score_0_100": 2,
    "score_10_80": 2,
    "score_0_18": 2,
    "level_1_5": 2,
    "working_days": 1,
}
_QUARTERS = {"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}
_HALVES = {"H1": ("đầu", "first"), "H2": ("cuối", "second")}
_SIGNS = {"gte": "≥", "gt": ">", "lte": "≤", "lt": "<", "lte_rank": "≤", "eq": ""}


@dataclass(frozen=True, slots=True)
class Formats:
    """Writes figures in one language; `shift` turns real moments into business time."""

    language: Language
    shift: timedelta = timedelta()

    def number(self, value: float | None) -> str:
        """1.904 in Vietnamese, 1,904 in English."""
        if value is None:
            return NOTHING
        written = f"{value:,}"
        return written.translate(_VIETNAMESE_MARKS) if self.language == "vi" else written

    def percent(self, share: float | None) -> str:
        """83,1 % in Vietnamese, 83.1% in English; a dash for no figure."""
        if share is None:
            return NOTHING
        return self._decimal(percent(share)) + self._percent_sign()

    def whole_percent(self, share: float | None) -> str:
        """Percent without decimals, for rates and batteries."""
        return NOTHING if share is None else f"{round(share * 100)}{self._percent_sign()}"

    def interval(self, interval: Interval | None) -> str:
        """Both ends of an interval, with one sign."""
        if interval is None:
            return NOTHING
        low, high = (self._decimal(percent(end)) for end in (interval.low, interval.high))
        return f"{low}{EN_DASH}{high}{self._percent_sign()}"

    def value(self, value: float | None, unit: str | None, *, decimals: int | None = None) -> str:
        """92,4 % or hạng 8: a figure in its unit, rounded half up; a dash for no figure."""
        if value is None:
            return NOTHING
        written = self._places(value, _DECIMALS.get(unit or "", 0) if decimals is None else decimals)
        match unit:
            case "percent":
                return written + self._percent_sign()
            case "rank":
                return f"{'hạng' if self.language == 'vi' else 'rank'}{NO_BREAK}{written}"
            case "working_days":
                return f"{written}{NO_BREAK}{'ngày làm việc' if self.language == 'vi' else 'working days'}"
            case _:
                return written

    def threshold(self, operator: str | None, value: float | None, unit: str | None) -> str:
        """≥ 90 %: what a target asks for; a dash where it names no number."""
        if value is None:
            return NOTHING
        whole = float(value).is_integer()
        written = self.value(value, unit, decimals=0 if whole else None)
        sign = _SIGNS.get(operator or "", "")
        if unit == "rank" and sign:
            return f"{written.partition(NO_BREAK)[0]}{NO_BREAK}{sign}{NO_BREAK}{written.partition(NO_BREAK)[2]}"
        return f"{sign}{NO_BREAK}{written}" if sign else written

    def count(self, value: float | None) -> str:
        """1.904: a count, without the decimals that JSON may give it."""
        return NOTHING if value is None else self._places(value, 0 if float(value).is_integer() else 1)

    def period(self, period: str) -> str:
        """Quý II năm 2021 of 2021-q2; 6 tháng năm 2021 of 2021-6m; a period of another form stays as it is."""
        year, _, part = period.upper().partition("-")
        vietnamese = self.language == "vi"
        if part in _QUARTERS:
            return f"quý {_QUARTERS[part]} năm {year}" if vietnamese else f"{part} {year}"
        if part in _HALVES:
            return f"6 tháng {_HALVES[part][0]} năm {year}" if vietnamese else f"{_HALVES[part][1]} half of {year}"
        if (months := part.strip("MT").lstrip("0")) in {"6", "9", "12"} and ("M" in part or "T" in part):
            return f"{months} tháng năm {year}" if vietnamese else f"{months} months of {year}"
        if len(part) == 2 and part.isdecimal() and 1 <= int(part) <= 12:
            return f"tháng {self.month(f'{year}-{part}')}" if vietnamese else self.month(f"{year}-{part}")
        return f"năm {period}" if vietnamese and period.isdecimal() else period

    def span(self, since: date | None, until: date | None) -> str:
        """Say from which day through which a statement holds; `until` is the first day on which it no longer does."""
        vietnamese = self.language == "vi"
        if since is None and until is None:
            return "đến nay" if vietnamese else "until now"
        begun = "" if since is None else f"{'từ' if vietnamese else 'from'} {self.day(since)}"
        ended = "" if until is None else f"{'đến trước' if vietnamese else 'until before'} {self.day(until)}"
        return " ".join(part for part in (begun, ended) if part)

    def axis(self, unit: str | None) -> Callable[[float], str]:
        """Give what writes the round values of a scale: without decimals that say nothing."""

        def written(value: float) -> str:
            plain = self._places(value, 0 if float(value).is_integer() else 1)
            return plain + self._percent_sign() if unit == "percent" else plain

        return written

    def month(self, month: str) -> str:
        """6/2021 in Vietnamese, June 2021 in English, of 2021-06."""
        year, number = (int(part) for part in month.split("-")[:2])
        return f"{number}/{year}" if self.language == "vi" else f"{_MONTHS[number - 1]} {year}"

    def short_month(self, month: str) -> str:
        """T6 in Vietnamese, Jun in English, of 2021-06."""
        number = int(month.split("-")[1])
        return f"T{number}" if self.language == "vi" else _MONTHS[number - 1][:3]

    def written_day(self, written: str | None) -> str:
        """Say a day that a service wrote as 2021-06-18, or the day of a moment that it wrote."""
        return NOTHING if not written else self.day(date.fromisoformat(written[:10]))

    def business_moment(self, written: str | None) -> str:
        """Say a moment of business time that a service wrote: it is not shifted once more."""
        if not written:
            return NOTHING
        local = datetime.fromisoformat(written).astimezone(CIVIL_ZONE)
        return f"{local:%H:%M}{' ngày ' if self.language == 'vi' else ', '}{self.day(local.date())}"

    def example_day(self, today: date) -> str:
        """18/6/2021 in either language: how a day is typed."""
        return f"{today.day}/{today.month}/{today.year}"

    def size(self, size_bytes: float | None) -> str:
        """12 kB: how large a file is."""
        if size_bytes is None:
            return NOTHING
        if size_bytes < _MEGABYTE:
            return f"{self._places(max(size_bytes / 1000, 1), 0)}{NO_BREAK}kB"
        return f"{self._places(size_bytes / _MEGABYTE, 1)}{NO_BREAK}MB"

    def day(self, day: date) -> str:
        """18/6/2021 in Vietnamese, 18 June 2021 in English."""
        if self.language == "vi":
            return f"{day.day}/{day.month}/{day.year}"
        return f"{day.day}{NO_BREAK}{_MONTHS[day.month - 1]} {day.year}"

    def moment(self, at: datetime | None) -> str:
        """10:42 ngày 18/6/2021, in business time."""
        if at is None:
            return NOTHING
        local = self.local(at)
        joint = " ngày " if self.language == "vi" else ", "
        return f"{local:%H:%M}{joint}{self.day(local.date())}"

    def short_moment(self, at: datetime, now: datetime) -> str:
        """The time alone when it was today, else the day and the time."""
        local = self.local(at)
        same_day = local.date() == self.local(now).date()
        return f"{local:%H:%M:%S}" if same_day else f"{self.day(local.date())}, {local:%H:%M}"

    def local(self, at: datetime) -> datetime:
        """Give a real moment in business time, in the civil zone."""
        return (at + self.shift).astimezone(CIVIL_ZONE)

    def duration(self, seconds: float | None) -> str:
        """Say how long something is, in its greatest unit."""
        if seconds is None:
            return NOTHING
        size, names = next((size, names) for size, names in _UNITS if seconds >= size or size == 1)
        count = int(seconds // size)
        if self.language == "vi":
            return f"{count}{NO_BREAK}{names[0]}"
        return f"{count}{NO_BREAK}{names[1]}{'' if count == 1 else 's'}"

    def ago(self, at: datetime | None, now: datetime) -> str:
        """Say how long ago a moment was."""
        if at is None:
            return NOTHING
        seconds = max(0.0, (now - at).total_seconds())
        if seconds < _MINUTE:
            return "vừa xong" if self.language == "vi" else "just now"
        return f"{self.duration(seconds)} {'trước' if self.language == 'vi' else 'ago'}"

    def _places(self, value: float, decimals: int) -> str:
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        written = f"{rounded:,}"
        return written.translate(_VIETNAMESE_MARKS) if self.language == "vi" else written

    def _decimal(self, value: Decimal) -> str:
        return str(value).replace(".", ",") if self.language == "vi" else str(value)

    def _percent_sign(self) -> str:
        return f"{NO_BREAK}%" if self.language == "vi" else "%"


_VIETNAMESE_MARKS = str.maketrans({",": ".", ".": ","})
_UNITS = ((_DAY, ("ngày", "day")), (_HOUR, ("giờ", "hour")), (_MINUTE, ("phút", "minute")), (1, ("giây", "second")))
