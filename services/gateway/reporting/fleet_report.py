"""What the fleet page says: each tablet with the one state a person acts on."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.gateway.reporting.freshness import Freshness, freshness_of
from services.gateway.reporting.projections.fleet import FLEET, Tablet, tablets_of
from services.gateway.reporting.projections.units import UNITS, display_name, units_of
from services.gateway.reporting.read_models import Reading


class TabletState(StrEnum):
    """In the order in which somebody has to act."""

    MISSING = "missing"
    SILENT = "silent"
    NEVER_HEARD = "never_heard"
    IN_CONTACT = "in_contact"
    REVOKED = "revoked"


_ORDER = list(TabletState)


def state_of(tablet: Tablet, now: datetime, silent_after: timedelta) -> TabletState:
    """Say in which state a tablet is at a moment."""
    if tablet.revoked_at is not None:
        return TabletState.REVOKED
    if tablet.missing or tablet.chain_broken:
        return TabletState.MISSING
    if tablet.last_contact_at is None:
        return TabletState.NEVER_HEARD
    return TabletState.SILENT if now - tablet.last_contact_at > silent_after else TabletState.IN_CONTACT


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetLine:
    """A tablet as the page shows it."""

    tablet: Tablet
    state: TabletState
    one_stop: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetReport:
    """Every tablet, those that need somebody first, and how many are in each state."""

    lines: tuple[FleetLine, ...]
    counts: Counter[TabletState]
    freshness: Freshness

    @property
    def in_use(self) -> int:
        """How many tablets are not revoked."""
        return len(self.lines) - self.counts[TabletState.REVOKED]


def fleet_report(reading: Reading, *, now: datetime, business_day: date, silent_after: timedelta) -> FleetReport:
    """Read the fleet at a moment; units bear the names of the business day."""
    view = reading.view(FLEET)
    units = units_of(reading.view(UNITS))
    lines = [
        FleetLine(
            tablet=tablet,
            state=state_of(tablet, now, silent_after),
            one_stop=display_name(units, tablet.one_stop_id or "", business_day),
        )
        for tablet in tablets_of(view)
    ]
    lines.sort(key=lambda line: (_ORDER.index(line.state), line.one_stop, line.tablet.counter_name))
    return FleetReport(lines=tuple(lines), counts=Counter(line.state for line in lines), freshness=freshness_of(view))
