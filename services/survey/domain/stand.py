"""Which tablets ever stood at a counter."""

from services.chassis.domain import Event
from services.survey.domain.events import TabletStood

INITIAL: frozenset[str] = frozenset()


def evolve(state: frozenset[str], event: Event) -> frozenset[str]:
    """Fold one fact into the state."""
    return state | {event.device_id} if isinstance(event, TabletStood) else state


def put(state: frozenset[str], device_id: str) -> tuple[Event, ...]:
    """Note that a tablet stands at the counter."""
    return () if device_id in state else (TabletStood(device_id=device_id),)
