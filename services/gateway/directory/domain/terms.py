"""From when until when somebody holds a role. Half-open, as everything dated here: `to_on` is the first day without."""

from dataclasses import dataclass
from datetime import date

from services.gateway.directory.domain.errors import TermInvalid

EVERY_UNIT = "*"
"""Stands for the whole tenant where a role is not held in one unit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A role in a unit, from a day on. `n` counts a holder's terms from 1."""

    n: int
    role: str
    unit_id: str
    from_on: date
    to_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the role is held on a day."""
        return self.from_on <= day and (self.to_on is None or day < self.to_on)

    def covers(self, from_on: date, to_on: date) -> bool:
        """Say whether the role is held on every day of another interval."""
        return self.from_on <= from_on and (self.to_on is None or to_on <= self.to_on)

    def overlaps(self, from_on: date, to_on: date | None) -> bool:
        """Say whether some day lies in both."""
        begins_in_time = to_on is None or self.from_on < to_on
        return begins_in_time and (self.to_on is None or from_on < self.to_on)


def refuse_empty(from_on: date, to_on: date | None) -> None:
    """Refuse an interval without a day.

    Raises:
        TermInvalid: It ends before it begins.
    """
    if to_on is not None and to_on <= from_on:
        raise TermInvalid("The term ends before it begins.", from_on=from_on.isoformat(), to_on=to_on.isoformat())
