"""The working days of the demonstration's year, by the pack's calendar."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.chassis.working_calendar import WorkingCalendar


class WorkingDays(WorkingCalendar):
    """The tenant's calendar, as those who act by it count."""

    __slots__ = ()

    def between(self, first: date, last: date) -> Iterator[date]:
        """Give the working days from `first` to `last`, both included."""
        days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
        return (day for day in days if self.is_working(day))

    def after(self, day: date, count: int) -> date:
        """Give the working day that is `count` working days after a day; with 0 the day itself or the next working one."""
        day = self.next_working_from(day)
        for _ in range(count):
            day = self.next_working_from(day + timedelta(days=1))
        return day
