"""What happened to units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from services.chassis.domain import Event
from services.gateway.directory.domain.records import BorderChange, DatedCode, DatedName, DatedParent, Succession


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEstablished(Event):
    """A unit came to be known."""

    wire_name: ClassVar[str] = "directory.unit_established.v1"
    unit_id: str
    kind: str
    name_en: str
    confidence: str
    valid_from: date | None
    has_one_stop: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitNamed(Event):
    """A unit bears a name from a day on; the same name and day again says until when."""

    wire_name: ClassVar[str] = "directory.unit_named.v1"
    name: DatedName


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitCodeAssigned(Event):
    """A unit was given an official code."""

    wire_name: ClassVar[str] = "directory.unit_code_assigned.v1"
    code: DatedCode


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitMoved(Event):
    """A unit stands under another from a day on."""

    wire_name: ClassVar[str] = "directory.unit_moved.v1"
    parent: DatedParent


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitMerged(Event):
    """A unit's territory, or a part of it, went over to another."""

    wire_name: ClassVar[str] = "directory.unit_merged.v1"
    succession: Succession


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitBordersChanged(Event):
    """A unit kept its id and got other borders."""

    wire_name: ClassVar[str] = "directory.unit_borders_changed.v1"
    change: BorderChange


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitDissolved(Event):
    """A unit ended; `on` is the first day on which it no longer was."""

    wire_name: ClassVar[str] = "directory.unit_dissolved.v1"
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitAnnotated(Event):
    """Statements that no rule needs were replaced by these."""

    wire_name: ClassVar[str] = "directory.unit_annotated.v1"
    particulars: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRecordCorrected(Event):
    """An earlier statement was wrong: the record reads so from the beginning. The facts before it stay as they are."""

    wire_name: ClassVar[str] = "directory.unit_record_corrected.v1"
    record: Mapping[str, Any]


EVENTS: tuple[type[Event], ...] = (
    UnitEstablished,
    UnitNamed,
    UnitCodeAssigned,
    UnitMoved,
    UnitMerged,
    UnitBordersChanged,
    UnitDissolved,
    UnitAnnotated,
    UnitRecordCorrected,
)
"""Every fact about units, for the event registry."""
