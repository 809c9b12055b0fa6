"""What is known of a register's entry: from when to when it counts, and for which indicators."""

from dataclasses import dataclass, replace
from datetime import date

from services.indicators.domain.running.shares import day_after


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What an entry adds to an indicator."""

    indicator: str
    numerator: int
    denominator: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterEntry:
    """An entry; `until` is the first day on which it counts no more."""

    register: str
    entry_id: str
    unit_id: str
    on: date
    counts: tuple[Counted, ...] = ()
    expires_on: date | None = None
    closed_on: date | None = None

    @property
    def until(self) -> date | None:
        """Give the first day on which it counts no more: it was closed then, or it expired the day before."""
        ends = (self.closed_on, None if self.expires_on is None else day_after(self.expires_on))
        return min((end for end in ends if end is not None), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryWritten:
    """An entry was written, or written anew: what it said before counts no more."""

    register: str
    entry_id: str
    unit_id: str
    on: date
    counts: tuple[Counted, ...] = ()
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryClosed:
    """An entry counts no more from a day on."""

    register: str
    entry_id: str
    on: date


EntryFact = EntryWritten | EntryClosed


def entry_after(entry: RegisterEntry | None, fact: EntryFact) -> RegisterEntry | None:
    """Give what is known of an entry after a fact; `None` for a fact about one that nobody told of."""
    if isinstance(fact, EntryClosed):
        return None if entry is None else replace(entry, closed_on=fact.on)
    return RegisterEntry(
        register=fact.register,
        entry_id=fact.entry_id,
        unit_id=fact.unit_id,
        on=fact.on,
        counts=fact.counts,
        expires_on=fact.expires_on,
        closed_on=None if entry is None else entry.closed_on,
    )
