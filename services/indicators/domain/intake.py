"""Taking in dossier batches: control totals over all rows, reasons for each bad row, and one answer however often sent."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from services.chassis.domain import Command, Event
from services.indicators.domain.dossier_row import DossierRow, dossier_id_of, read_row
from services.indicators.domain.intake_errors import DossierBatchDiffers, TotalsDiffer
from services.indicators.domain.intake_events import ControlTotals, DossierBatchTaken, DossierRecorded, RejectedRow

MOST_DOSSIERS = 2000
"""A batch holds at most so many rows; a larger file is sent as several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeDossierBatch(Command):
    """Take in what a one-stop says of its dossiers, by the business day `today`."""

    batch_id: str
    one_stop_id: str
    totals: ControlTotals
    rows: tuple[Mapping[str, Any], ...]
    today: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierBatch:
    """A batch, if it was taken."""

    taken: DossierBatchTaken | None = None


INITIAL = DossierBatch()


def batch_name(one_stop_id: str, batch_id: str) -> str:
    """Name a batch: ids are each one-stop's own."""
    return f"{one_stop_id}.{batch_id}"


def evolve(state: DossierBatch, event: Event) -> DossierBatch:
    """Fold one fact into the state; the dossiers themselves are no part of it."""
    return DossierBatch(taken=event) if isinstance(event, DossierBatchTaken) else state


def take(state: DossierBatch, command: TakeDossierBatch) -> tuple[Event, ...]:
    """Take a batch in, or refuse it whole. The same batch again records nothing."""
    content = content_sha256(command)
    if state.taken is not None:
        if state.taken.content_sha256 == content:
            return ()
        raise DossierBatchDiffers(batch_id=command.batch_id, one_stop_id=command.one_stop_id)
    accepted, rejected = _sorted_out(command.rows, command.today)
    found = totals_of(command.rows, like=command.totals)
    if found != command.totals:
        stated, bad = asdict(command.totals), [asdict(row) for row in rejected]
        raise TotalsDiffer("Nothing was taken.", stated=stated, found=asdict(found), rejected=bad)
    taken = DossierBatchTaken(
        batch_id=command.batch_id,
        one_stop_id=command.one_stop_id,
        totals=command.totals,
        accepted=len(accepted),
        rejected=rejected,
        content_sha256=content,
        at=command.at,
    )
    return (taken, *(_recorded(row, command) for row in accepted))


def totals_of(rows: Sequence[Mapping[str, Any]], *, like: ControlTotals) -> ControlTotals:
    """Count all rows, bad ones too; of what the sender did not count, nothing."""
    return ControlTotals(
        count=len(rows),
        solved=sum(1 for row in rows if row.get("solved_on")),
        online=None if like.online is None else sum(row.get("online") is True for row in rows),
        returned=None if like.returned is None else sum(row.get("returned") is True for row in rows),
    )


def content_sha256(command: TakeDossierBatch) -> str:
    """Give a hash of what a batch says, the same for the same rows in JSON and in CSV."""
    rows = [{name: value for name, value in row.items() if value not in (None, "")} for row in command.rows]
    said = [command.one_stop_id, command.batch_id, asdict(command.totals), rows]
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def _sorted_out(rows: Sequence[Mapping[str, Any]], today: date) -> tuple[list[DossierRow], tuple[RejectedRow, ...]]:
    accepted: dict[str, DossierRow] = {}
    rejected = []
    for place, row in enumerate(rows, 1):
        read = read_row(row, today)
        if isinstance(read, DossierRow) and read.dossier_id in accepted:
            read = ("dossier_twice",)
        if isinstance(read, DossierRow):
            accepted[read.dossier_id] = read
        else:
            rejected.append(RejectedRow(row=place, dossier_id=dossier_id_of(row), reasons=read))
    return list(accepted.values()), tuple(rejected)


def _recorded(row: DossierRow, command: TakeDossierBatch) -> DossierRecorded:
    return DossierRecorded(one_stop_id=command.one_stop_id, at=command.at, **asdict(row))
