"""The only reader of the time of day: real time for records, business time for the civil calendar."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CIVIL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""The civil day of every date the product shows."""


class Clock(Protocol):
    """Where time comes from. Everything but records, tokens and nonces uses the business side."""

    @property
    def shift(self) -> timedelta:
        """How far business time stands from real time; zero for a real tenant."""

    def now(self) -> datetime:
        """Give the real time, UTC."""

    def business_now(self) -> datetime:
        """Give the business time, in the civil zone."""

    def business_day(self, at: datetime) -> date:
        """Give the civil day on which the real instant `at` falls, in business time."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, its business side moved by `shift` (a demonstration's pack names the date it starts at)."""

    shift: timedelta = timedelta()

    def now(self) -> datetime:
        """Give the real time, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place

    def business_now(self) -> datetime:
        """Give the business time, in the civil zone."""
        return (self.now() + self.shift).astimezone(CIVIL_ZONE)

    def business_day(self, at: datetime) -> date:
        """Give the civil day on which the real instant `at` falls, in business time."""
        return (at + self.shift).astimezone(CIVIL_ZONE).date()


def monotonic() -> float:
    """Give seconds that never run backwards; only differences mean anything."""
    return time.monotonic()


def rfc3339(at: datetime) -> str:
    """Write an instant as RFC 3339 with milliseconds and offset, `Z` for UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
