"""Counting working days by the tenant's calendar, which is data."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingCalendar:
    """Days off and working days moved, by decision of each year; a year without data has its weekends only."""

    days_off: frozenset[date] = frozenset()
    moved_working_days: frozenset[date] = frozenset()
    weekdays: frozenset[int] = frozenset(range(5))
    """ISO weekdays less one: Monday is 0."""

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on a day."""
        if day in self.moved_working_days:
            return True
        return day.weekday() in self.weekdays and day not in self.days_off

    def days_after(self, day: date, count: int) -> date:
        """Give the working day that is the `count`-th after `day`."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def next_working_from(self, day: date) -> date:
        """Give the day itself, or the first working day after it if it is off."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def working_days_after(self, day: date, until: date) -> int:
        """Count the working days after `day` through `until`."""
        return sum(self.is_working(day + timedelta(days=at)) for at in range(1, (until - day).days + 1))

    def newest_older_than(self, today: date, count: int) -> date:
        """Give the newest day that is older than `count` working days on `today`.

        A ballot of Monday has waited five working days on the next Monday's close, so it is older on the Tuesday.
        """
        day = today
        passed = 0
        while passed <= count:
            passed += self.is_working(day)
            day -= timedelta(days=1)
        return day
