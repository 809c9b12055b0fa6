"""A survey: a family of questionnaires and its field period. Families are never pooled."""

from dataclasses import dataclass, replace
from datetime import date

from services.chassis.domain import Event
from services.survey.domain.commands import CloseSurvey, OpenSurvey
from services.survey.domain.errors import AlreadyExists, InvalidPeriod, UnknownSurvey
from services.survey.domain.events import SurveyClosed, SurveyOpened


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """A field period of one family, its last day included."""

    survey_id: str = ""
    family: str = ""
    opens_on: date | None = None
    closes_on: date | None = None
    closed_on: date | None = None


INITIAL = Survey()


def evolve(state: Survey, event: Event) -> Survey:
    """Fold one fact into the state."""
    match event:
        case SurveyOpened():
            return replace(
                state,
                survey_id=event.survey_id,
                family=event.family,
                opens_on=event.opens_on,
                closes_on=event.closes_on,
            )
        case SurveyClosed():
            return replace(state, closed_on=event.closed_on)
        case _:
            return state


def open_survey(state: Survey, command: OpenSurvey) -> tuple[Event, ...]:
    """Begin the field period."""
    if command.closes_on is not None and command.closes_on < command.opens_on:
        raise InvalidPeriod(opens_on=command.opens_on.isoformat(), closes_on=command.closes_on.isoformat())
    wished = (command.family, command.opens_on, command.closes_on)
    if state.opens_on is not None:
        if wished == (state.family, state.opens_on, state.closes_on):
            return ()
        raise AlreadyExists(survey_id=state.survey_id)
    return (
        SurveyOpened(
            survey_id=command.survey_id,
            family=command.family,
            opens_on=command.opens_on,
            closes_on=command.closes_on,
        ),
    )


def close_survey(state: Survey, command: CloseSurvey) -> tuple[Event, ...]:
    """End the field period."""
    if state.opens_on is None:
        raise UnknownSurvey(survey_id=command.survey_id)
    if state.closed_on is not None:
        return ()
    if command.closed_on < state.opens_on:
        raise InvalidPeriod(opens_on=state.opens_on.isoformat(), closes_on=command.closed_on.isoformat())
    return (SurveyClosed(closed_on=command.closed_on),)
