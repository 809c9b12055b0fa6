"""Where a message belongs: its unit, and the civil day of which it tells. Pure."""

from datetime import date, datetime

import msgspec

from services.chassis.clock import CIVIL_ZONE
from services.chassis.domain import InvalidMessage
from services.chassis.envelope import CloudEvent
from services.chassis.projection_rows import read


class _Said(msgspec.Struct, frozen=True):
    """What messages say of where and when; each says some of it."""

    unit_id: str | None = None
    one_stop_id: str | None = None
    at: datetime | None = None
    closed_on: date | None = None
    day: date | None = None
    on: date | None = None


def place_of(event: CloudEvent) -> tuple[str | None, date]:
    """Give the unit that a message names, `None` where it names none, and its civil day.

    Raises:
        InvalidMessage: It breaks its contract.
    """
    said = read(event, _Said)
    return said.unit_id or said.one_stop_id, _day(said, event)


def _day(said: _Said, event: CloudEvent) -> date:
    if said.at is not None:
        return _civil(said.at)
    if (day := said.closed_on or said.day or said.on) is not None:
        return day
    try:
        return _civil(datetime.fromisoformat(event.time))
    except ValueError as error:
        raise InvalidMessage(f"{event.type}: {error}") from error


def _civil(at: datetime) -> date:
    return at.astimezone(CIVIL_ZONE).date() if at.tzinfo is not None else at.date()
