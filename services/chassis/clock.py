"""The only reader of the time of day: real time for records, business time for the civil calendar."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable
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


@runtime_checkable
class Driven(Clock, Protocol):
    """A clock whose business time somebody drives."""

    def drive_to(self, business_at: datetime) -> None:
        """Let business time be `business_at` now, and tick on from there."""


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


class DrivenClock:
    """The machine's clock, its business side moved by what a file says now: somebody drives a demonstration through its year.

    The file is written by one process and read by all of a machine's; asked for the time, each looks whether it changed.
    """

    def __init__(self, file: Path, shift: timedelta) -> None:
        """Follow `file`; until it is there, business time stands at `shift`."""
        self._file = file
        self._first = shift
        self._known: tuple[int, timedelta] = (0, shift)

    @property
    def shift(self) -> timedelta:
        """How far business time stands from real time now."""
        try:
            written_at = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return self._first
        if written_at != self._known[0]:
            self._known = (written_at, timedelta(seconds=float(self._file.read_text())))
        return self._known[1]

    def drive_to(self, business_at: datetime) -> None:
        """Let business time be `business_at` now, for every process that follows the file, and tick on from there."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        beside = self._file.with_suffix(".new")
        beside.write_text(str((business_at - self.now()).total_seconds()))
        beside.replace(self._file)

    def now(self) -> datetime:
        """Give the real time, UTC."""
        return SystemClock().now()

    def business_now(self) -> datetime:
        """Give the business time, in the civil zone."""
        return SystemClock(self.shift).business_now()

    def business_day(self, at: datetime) -> date:
        """Give the civil day on which the real instant `at` falls, in business time as it is driven now."""
        return SystemClock(self.shift).business_day(at)


def open_clock(shift: timedelta, file: Path | None) -> Clock:
    """Give the machine's clock, driven by a file where there is one to follow."""
    return SystemClock(shift) if file is None else DrivenClock(file, shift)


def monotonic() -> float:
    """Give seconds that never run backwards; only differences mean anything."""
    return time.monotonic()


def rfc3339(at: datetime) -> str:
    """Write an instant as RFC 3339 with milliseconds and offset, `Z` for UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
