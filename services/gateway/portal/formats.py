"""Numbers, days and times as people of each language write them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
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

    def _decimal(self, value: Decimal) -> str:
        return str(value).replace(".", ",") if self.language == "vi" else str(value)

    def _percent_sign(self) -> str:
        return f"{NO_BREAK}%" if self.language == "vi" else "%"


_VIETNAMESE_MARKS = str.maketrans({",": ".", ".": ","})
_UNITS = ((_DAY, ("ngày", "day")), (_HOUR, ("giờ", "hour")), (_MINUTE, ("phút", "minute")), (1, ("giây", "second")))
