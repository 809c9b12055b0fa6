"""When a message arrived: milliseconds for the order of queues, and the business day."""

from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.domain import InvalidMessage

_MILLISECOND = timedelta(milliseconds=1)
_QUARTER = 15 * 60 * 1000
_KEPT_QUARTERS = 10_000


class Arrivals:
    """Reads RFC 3339 times; the business day of a quarter of an hour is worked out once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._days: dict[int, str] = {}

    def __call__(self, time: str) -> tuple[int, str]:
        """Give milliseconds since 1970 and the business day.

        Raises:
            InvalidMessage: It is no time.
        """
        try:
            at = datetime.fromisoformat(time)
        except ValueError as error:
            raise InvalidMessage(f"no time: {time}") from error
        moment = int(at.timestamp() * 1000)
        return moment, self._day_of(at, moment)

    def _day_of(self, at: datetime, moment: int) -> str:
        # No zone's day has begun within a quarter of an hour for a century.
        quarter = (moment + self._clock.shift // _MILLISECOND) // _QUARTER
        day = self._days.get(quarter)
        if day is None:
            if len(self._days) > _KEPT_QUARTERS:
                self._days.clear()
            day = self._days[quarter] = self._clock.business_day(at).isoformat()
        return day
