"""The working days of the demonstration's year, by the pack's calendar."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days people work: neither weekends nor the pack's days off."""

    days_off: frozenset[date]

    @classmethod
    def of_pack(cls, calendar: Mapping[str, Any]) -> "WorkingDays":
        """Read the days off of a pack's calendar."""
        return cls(frozenset(date.fromisoformat(day["date"]) for day in calendar["days_off"]))

    def works(self, day: date) -> bool:
        """Say whether people work on a day."""
        return day.weekday() < _SATURDAY and day not in self.days_off

    def between(self, first: date, last: date) -> Iterator[date]:
        """Give the working days from `first` to `last`, both included."""
        days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
        return (day for day in days if self.works(day))

    def after(self, day: date, count: int) -> date:
        """Give the working day that is `count` working days after a day; with 0 the day itself or the next working one."""
        while not self.works(day):
            day += timedelta(days=1)
        for _ in range(count):
            day += timedelta(days=1)
            while not self.works(day):
                day += timedelta(days=1)
        return day
