"""A unit's record: everything stated about it, each statement with the days on which it holds.

Intervals are half-open: `valid_from` is the first day, `valid_to` the first day on which the statement no longer holds.
`None` means "before the plan" and "still in force". The id is ours and never changes; an official code is a dated
attribute that a successor may be given again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol


class Dated(Protocol):
    """A statement with the days on which it holds."""

    @property
    def valid_from(self) -> date | None:
        """The first day, `None` for before the plan."""

    @property
    def valid_to(self) -> date | None:
        """The first day on which it no longer holds, `None` for still in force."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedName:
    """A Vietnamese name."""

    name: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedCode:
    """A code of the national list; used again by successors, so never a key."""

    code: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedParent:
    """The unit above."""

    parent_id: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Succession:
    """Which unit took over, when, and by which legal document."""

    unit_id: str
    on: date
    legal_document: str
    relation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BorderChange:
    """A change of borders under the same id."""

    on: date
    legal_document: str
    text_vi: str
    text_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRecord:
    """The dated record of one unit. `particulars` keeps statements that no rule needs, such as notes and sources."""

    id: str
    kind: str
    name_en: str
    confidence: str
    valid_from: date | None = None
    valid_to: date | None = None
    has_one_stop: bool = False
    names_vi: tuple[DatedName, ...] = ()
    official_codes: tuple[DatedCode, ...] = ()
    parents: tuple[DatedParent, ...] = ()
    succeeded_by: tuple[Succession, ...] = ()
    boundary_changes: tuple[BorderChange, ...] = ()
    particulars: Mapping[str, Any] = field(default_factory=dict)


def holds_on(statement: Dated, day: date) -> bool:
    """Say whether a dated statement holds on a day."""
    begun = statement.valid_from is None or statement.valid_from <= day
    return begun and (statement.valid_to is None or day < statement.valid_to)


def name_on(record: UnitRecord, day: date) -> str:
    """Give the Vietnamese name on a day; outside the unit's life, the name nearest to it in the record."""
    for statement in record.names_vi:
        if holds_on(statement, day):
            return statement.name
    return record.names_vi[-1].name if record.names_vi else record.name_en


def parent_on(record: UnitRecord, day: date) -> str | None:
    """Give the id of the unit above on a day, `None` for none."""
    return next((statement.parent_id for statement in record.parents if holds_on(statement, day)), None)
