"""What people and programs may ask of the indicators service. Time and ids are among the fields."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.chassis.domain import Command
from services.indicators.domain.catalogue_events import Aim, Definition, Document
from services.indicators.domain.measurement_events import Measured
from services.indicators.domain.register_events import RegisterForm


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineIndicator(Command):
    """Say how an indicator is counted."""

    code: str
    definition: Definition
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviseIndicator(Command):
    """Count an indicator in another way, from its version's first day on."""

    code: str
    definition: Definition
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RetireIndicator(Command):
    """Count an indicator no more."""

    code: str
    on: date
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SetTarget(Command):
    """Set a target, in force from a day on."""

    code: str
    aim: Aim
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AmendTarget(Command):
    """Ask for something else, by decision."""

    code: str
    aim: Aim
    on: date
    decision: Document
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawTarget(Command):
    """Take a target back, by decision."""

    code: str
    on: date
    decision: Document
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitMeasurement(Command):
    """Bring an official figure of a unit and period."""

    indicator: str
    unit_id: str
    period: str
    measured: Measured
    submitted_by: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectMeasurement(Command):
    """Bring a figure that replaces a published one."""

    cell: str
    n: int
    measured: Measured
    reason: str
    submitted_by: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ApproveMeasurement(Command):
    """Confirm a figure that somebody else submitted."""

    cell: str
    n: int
    approved_by: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnMeasurement(Command):
    """Send a submitted figure back."""

    cell: str
    n: int
    reason: str
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishMeasurement(Command):
    """Make an approved figure the official one."""

    cell: str
    n: int
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReopenPeriod(Command):
    """Let a new figure be brought for a period that has a published one."""

    cell: str
    n: int
    reason: str
    document: Document
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineRegister(Command):
    """Say what a register holds and what it counts."""

    code: str
    form: RegisterForm
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteEntry(Command):
    """What an entry is to say, as a whole; it counts from `on`."""

    register: str
    entry_id: str
    unit_id: str
    values: dict[str, Any]
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EnterInRegister(WriteEntry):
    """Write an entry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AmendEntry(WriteEntry):
    """Write an entry anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseEntry(Command):
    """Let an entry count no more from a day on."""

    register: str
    entry_id: str
    reason: str
    on: date
    at: datetime
