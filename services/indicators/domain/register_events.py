"""The facts of registers. Their entries hold no names of persons: authors, owners and signers are units and offices."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from services.chassis.domain import Event

FieldKind = Literal["text", "code", "number", "date", "choice", "boolean"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterField:
    """A column of a register."""

    code: str
    name_vi: str
    name_en: str
    kind: FieldKind
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """What an entry's field has to say for the entry to be counted."""

    field: str
    equals: bool | str | float | None = None
    among: tuple[str, ...] = ()
    at_least: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterCount:
    """An indicator that the register's entries make: those in the denominator, and of them those in the numerator."""

    indicator: str
    numerator: tuple[Where, ...] = ()
    denominator: tuple[Where, ...] | None = None
    """`None` where the indicator is a plain count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterForm:
    """What a register holds, and what it counts."""

    name_vi: str
    name_en: str
    fields: tuple[RegisterField, ...]
    counts: tuple[RegisterCount, ...] = ()
    expires_field: str | None = None
    """The date field after which an entry is no longer valid."""
    demonstration: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What one entry adds to one indicator."""

    indicator: str
    numerator: int
    denominator: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterDefined(Event):
    """A register is kept in this form."""

    wire_name: ClassVar[str] = "indicators.register_defined.v1"
    code: str
    form: RegisterForm
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterEntryWritten(Event):
    """What an entry says, whole."""

    register: str
    entry_id: str
    unit_id: str
    values: dict[str, Any]
    counts: tuple[Counted, ...]
    expires_on: date | None
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterEntryRecorded(RegisterEntryWritten):
    """An entry was written into a register; it counts from a civil day on."""

    wire_name: ClassVar[str] = "indicators.register_entry_recorded.v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterEntryAmended(RegisterEntryWritten):
    """An entry was written anew; what it said before counts no more."""

    wire_name: ClassVar[str] = "indicators.register_entry_amended.v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterEntryClosed(Event):
    """An entry counts no more from a civil day on."""

    wire_name: ClassVar[str] = "indicators.register_entry_closed.v1"
    register: str
    entry_id: str
    unit_id: str
    reason: str
    on: date
    at: datetime
