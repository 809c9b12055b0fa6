"""A clock that stands still until it is told to move."""

from datetime import UTC, date, datetime, timedelta

from services.chassis.clock import CIVIL_ZONE


class FixedClock:
    """Time as a test wants it; business time is real time moved by `shift`."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC), shift: timedelta = timedelta()) -> None:
        self.at = at
        self.shift = shift

    def now(self) -> datetime:
        """Give the time that was set."""
        return self.at

    def business_now(self) -> datetime:
        """Give the business time."""
        return (self.at + self.shift).astimezone(CIVIL_ZONE)

    def business_day(self, at: datetime) -> date:
        """Give the civil day of an instant, in business time."""
        return (at + self.shift).astimezone(CIVIL_ZONE).date()

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)

    def drive_to(self, business_at: datetime) -> None:
        """Let business time be this."""
        self.shift = business_at - self.at
