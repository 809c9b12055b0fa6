"""Working days by the tenant's calendar, which is data."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, TypeVar, get_args

import msgspec

from services.chassis.tenant_pack import convert_part

_Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS: tuple[_Weekday, ...] = get_args(_Weekday)


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


_Form = TypeVar("_Form", bound=WorkingCalendar)


def read_working_calendar(pack: Path, form: type[_Form]) -> _Form:
    """Read which days are worked, as the form that a service needs.

    Raises:
        PackError: The file is missing or unreadable.
    """
    calendar = convert_part(pack, "calendar", _Calendar)
    return form(
        days_off=frozenset(day.date for day in calendar.days_off if day.off),
        moved_working_days=frozenset(day.date for day in calendar.working_days_moved),
        weekdays=frozenset(WEEKDAYS.index(day) for day in calendar.working_week.days),
    )


class _Day(msgspec.Struct, frozen=True):
    date: date
    off: bool = True


class _Week(msgspec.Struct, frozen=True):
    days: list[_Weekday]


class _Calendar(msgspec.Struct, frozen=True):
    working_week: _Week
    days_off: list[_Day]
    working_days_moved: list[_Day]
