"""When a message arrived: milliseconds for the order of queues, and the business day."""

from datetime import datetime

from services.chassis.clock import Clock
from services.chassis.domain import InvalidMessage

_KEPT_HOURS = 10_000


class Arrivals:
    """Reads RFC 3339 times; the business day of an hour is worked out once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._days: dict[str, str] = {}

    def __call__(self, time: str) -> tuple[int, str]:
        """Give milliseconds since 1970 and the business day.

        Raises:
            InvalidMessage: It is no time.
        """
        try:
            at = datetime.fromisoformat(time)
        except ValueError as error:
            raise InvalidMessage(f"no time: {time}") from error
        return int(at.timestamp() * 1000), self._day_of(
            at, time[:15] + (time[-1:] if time.endswith("Z") else time[-6:])
        )

    def _day_of(self, at: datetime, minutes: str) -> str:
        # A clock's shift may end a day at any minute; ten minutes are near enough to none but are cheap to be exact in.
        key = minutes if self._clock.shift.total_seconds() % 600 == 0 else ""
        if key and (day := self._days.get(key)) is not None:
            return day
        day = self._clock.business_day(at).isoformat()
        if key:
            if len(self._days) > _KEPT_HOURS:
                self._days.clear()
            self._days[key] = day
        return day
