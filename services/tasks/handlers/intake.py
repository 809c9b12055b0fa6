"""Takes what other systems send as events: each once, together with what it changes."""

from collections.abc import Sequence
from enum import StrEnum

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
        return None if taken is None else _verdict(taken, event)

    def take(self, name: str, event: EventTaken, changes: Sequence[Change]) -> Verdict:
        """Take an event with what it changes, all at once or not at all."""
        try:
            self._together.decide([Change.by(INTAKE, name, _take_first, event), *changes])
        except _TakenBefore as before:
            return _verdict(before.taken, event)
        return Verdict.CREATED


class _TakenBefore(Exception):  # noqa: N818 - names what happened, and never leaves this module
    """Raised when somebody else took an event in the meantime: what it changes must not be changed again."""

    def __init__(self, taken: EventTaken) -> None:
        super().__init__(taken.event_id)
        self.taken = taken


def _take_first(state: Intake, event: EventTaken) -> Sequence[Event]:
    if state.taken is not None:
        raise _TakenBefore(state.taken)
    return intake.take(state, event)


def _verdict(taken: EventTaken, event: EventTaken) -> Verdict:
    return Verdict.ALREADY_HAVE if taken.digest == event.digest else Verdict.CONFLICT
