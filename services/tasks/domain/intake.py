"""What units' own systems send as events: each is taken once, whoever sends it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class EventTaken(Event):
    """An event of another system was taken as a command. `digest` tells another event under the same name apart."""

    wire_name: ClassVar[str] = "tasks.event_taken.v1"
    source: str
    event_id: str
    type: str
    digest: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """What is known of an event's name."""

    taken: EventTaken | None = None


INITIAL = Intake()


def evolve(state: Intake, event: Event) -> Intake:
    """Fold one fact into the state."""
    return Intake(taken=event) if isinstance(event, EventTaken) else state


def take(state: Intake, event: EventTaken) -> tuple[Event, ...]:
    """Take an event, once."""
    return () if state.taken is not None else (event,)
