"""Which questionnaire of a family is in force on a day."""

from dataclasses import dataclass, replace
from datetime import date

from services.chassis.domain import Event
from services.survey.domain.events import QuestionnaireScheduled, QuestionnaireWithdrawn


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """A family's questionnaires, each from its day on; `ever` holds those taken off again, too."""

    entries: tuple[QuestionnaireScheduled, ...] = ()
    ever: tuple[QuestionnaireScheduled, ...] = ()

    def on(self, day: date) -> QuestionnaireScheduled | None:
        """Give the questionnaire in force on a day: the one that came into force last; before the first, none."""
        begun = [entry for entry in self.entries if entry.in_force_from <= day]
        return max(begun, key=lambda entry: (entry.in_force_from, entry.version), default=None)


INITIAL = Schedule()


def evolve(state: Schedule, event: Event) -> Schedule:
    """Fold one fact into the state."""
    match event:
        case QuestionnaireScheduled():
            return replace(
                state, entries=(*_without(state, event.code, event.version), event), ever=(*state.ever, event)
            )
        case QuestionnaireWithdrawn():
            return replace(state, entries=_without(state, event.code, event.version))
        case _:
            return state


def schedule(state: Schedule, entry: QuestionnaireScheduled) -> tuple[Event, ...]:
    """Put a questionnaire on the family's schedule."""
    return () if entry in state.entries else (entry,)


def withdraw(state: Schedule, code: str, version: int) -> tuple[Event, ...]:
    """Take a questionnaire off the family's schedule."""
    if len(_without(state, code, version)) == len(state.entries):
        return ()
    return (QuestionnaireWithdrawn(code=code, version=version),)


def _without(state: Schedule, code: str, version: int) -> tuple[QuestionnaireScheduled, ...]:
    return tuple(entry for entry in state.entries if (entry.code, entry.version) != (code, version))
