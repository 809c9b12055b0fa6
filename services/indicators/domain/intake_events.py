"""The facts of dossier intake. Dossiers have pseudonyms; nothing of a person is taken in."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlTotals:
    """What a sender counted in a batch; what it does not count is `None`."""

    count: int
    solved: int
    online: int | None = None
    returned: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedRow:
    """A row that was not taken, by its place in the batch from 1, and why."""

    row: int
    dossier_id: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierBatchTaken(Event):
    """A one-stop's statements about dossiers were taken in together, as their control totals confirmed."""

    wire_name: ClassVar[str] = "indicators.dossier_batch_taken.v1"
    batch_id: str
    one_stop_id: str
    totals: ControlTotals
    accepted: int
    rejected: tuple[RejectedRow, ...]
    content_sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierRecorded(Event):
    """A one-stop said how a dossier stands; what it said of it before is replaced."""

    wire_name: ClassVar[str] = "indicators.dossier_recorded.v1"
    one_stop_id: str
    dossier_id: str
    field: str
    procedure: str
    received_on: date
    due_on: date
    solved_on: date | None
    online: bool
    in_software: bool
    returned: bool
    apology_sent_on: date | None
    new_due_dates: int
    at: datetime
