"""Counting days by the tenant's calendar, which is data: working days, and what becomes of a due day that is off."""

from datetime import date, timedelta
from enum import StrEnum

from services.chassis.working_calendar import WorkingCalendar


class DayRule(StrEnum):
    """How a deadline's days are counted, and what becomes of one that falls on a day off."""

    CALENDAR = "calendar"
    """Every day counts, and the day stays where it falls."""
    CALENDAR_ROLLED = "calendar_rolled"
    """Every day counts; a day off means the next working day."""
    WORKING = "working"
    """Only working days count; a day off means the next working day."""


class WorkingDays(WorkingCalendar):
    """The tenant's calendar, counted by the rules of deadlines."""

    __slots__ = ()

    def rolled(self, day: date | None, rule: str) -> date | None:
        """Give the day until which something due on a day is on time."""
        if day is None or rule == DayRule.CALENDAR:
            return day
        return self.next_working_from(day)

    def after(self, day: date, count: int, rule: str) -> date:
        """Give the day that is so many days after another; the first one does not count."""
        if rule != DayRule.WORKING:
            return day + timedelta(days=count)
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day
