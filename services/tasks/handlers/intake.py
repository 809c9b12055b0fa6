"""Takes what other systems send as events: each once, together with what it changes."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial

from services.chassis.domain import Event
from services.chassis.streams import Streams
from services.tasks.domain import intake
from services.tasks.domain.intake import EventTaken, Intake
from services.tasks.handlers.kinds import INTAKE
from services.tasks.handlers.together import Change, Together


class Verdict(StrEnum):
    """What became of an event that broke no rule."""

    CREATED = "created"
    ALREADY_HAVE = "already_have"
    CONFLICT = "conflict"


class Taker:
    """Takes events."""

    def __init__(self, streams: Streams, together: Together) -> None:
        """Record through `together`."""
        self._streams = streams
        self._together = together

    def known(self, name: str, event: EventTaken) -> Verdict | None:
        """Say what is known of an event that came before under its name."""
        taken = self._streams.load(INTAKE, name).state.taken
        if taken is None:
            return None
        return Verdict.ALREADY_HAVE if taken.digest == event.digest else Verdict.CONFLICT

    def take(self, name: str, event: EventTaken, changes: Sequence[Change]) -> Verdict:
        """Take an event with what it changes, all at once or not at all."""
        if (known := self.known(name, event)) is not None:
            return known
        self._together.decide([Change(INTAKE, name, partial(_take, event)), *changes])
        return Verdict.CREATED


def _take(event: EventTaken, state: Intake) -> tuple[Event, ...]:
    return intake.take(state, event)
