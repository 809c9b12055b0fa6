"""Counting days by the tenant's calendar, which is data: working days, and what becomes of a due day that is off."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class DayRule(StrEnum):
    """How a deadline's days are counted, and what becomes of one that falls on a day off."""

    CALENDAR = "calendar"
    """Every day counts, and the day stays where it falls."""
    CALENDAR_ROLLED = "calendar_rolled"
    """Every day counts; a day off means the next working day."""
    WORKING = "working"
    """Only working days count; a day off means the next working day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingDays:
    """Days off and working days moved, by decision of each year; a year without data has its weekends only."""

    days_off: frozenset[date] = frozenset()
    moved_working_days: frozenset[date] = frozenset()
    weekdays: frozenset[int] = frozenset(range(5))
    """Monday is 0."""

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on a day."""
        if day in self.moved_working_days:
            return True
        return day.weekday() in self.weekdays and day not in self.days_off

    def rolled(self, day: date | None, rule: str) -> date | None:
        """Give the day until which something due on a day is on time."""
        if day is None or rule == DayRule.CALENDAR:
            return day
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, count: int, rule: str) -> date:
        """Give the day that is so many days after another; the first one does not count."""
        if rule != DayRule.WORKING:
            return day + timedelta(days=count)
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day
