"""Questionnaires, surveys, counters and cards: one row per command in the table at the foot."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from services.chassis.domain import Command, Event
from services.chassis.streams import Kind, Streams, Versioned
from services.survey.domain import card_batch, counter, questionnaire, schedule, survey
from services.survey.domain import commands as wish
from services.survey.domain.events import QuestionnaireScheduled
from services.survey.domain.questionnaire import Questionnaire
from services.survey.handlers.kinds import CARDS, COUNTER, QUESTIONNAIRE, SCHEDULE, SURVEY


class Rule(NamedTuple):
    """How a command is handled: the kind of stream, the stream's name, the decision, and what follows from it."""

    kind: Kind[Any]
    name: Callable[[Any], str]
    decide: Callable[[Any, Any], Sequence[Event]]
    then: Callable[[Streams, Any], None] | None = None


def handle(streams: Streams, command: Command, *, expected_version: int | None = None) -> Versioned[Any]:
    """Handle one command of the table: load, decide, append; give the state that holds then."""
    rule = RULES[type(command)]
    after = streams.decide(
        rule.kind,
        rule.name(command),
        lambda state: rule.decide(state, command),
        expected_version=expected_version,
    )
    if rule.then is not None:
        rule.then(streams, after.state)
    return after


def _put_on_schedule(streams: Streams, state: Questionnaire) -> None:
    if state.hash is None or state.in_force_from is None:
        return
    entry = QuestionnaireScheduled(
        code=state.code, version=state.version, hash=state.hash, in_force_from=state.in_force_from
    )
    streams.decide(SCHEDULE, state.family, lambda known: schedule.schedule(known, entry))


def _take_off_schedule(streams: Streams, state: Questionnaire) -> None:
    streams.decide(SCHEDULE, state.family, lambda known: schedule.withdraw(known, state.code, state.version))


def questionnaire_name(code: str, version: int) -> str:
    """Name one version of a questionnaire."""
    return f"{code}-{version}"


def _of_questionnaire(command: Any) -> str:
    return questionnaire_name(command.code, command.version)


def _of_survey(command: Any) -> str:
    return str(command.survey_id)


def _of_counter(command: Any) -> str:
    return str(command.counter_id)


def _of_cards(command: Any) -> str:
    return str(command.batch_id)


RULES: Mapping[type[Command], Rule] = {
    wish.DraftQuestionnaire: Rule(QUESTIONNAIRE, _of_questionnaire, questionnaire.draft),
    wish.ApproveQuestionnaire: Rule(QUESTIONNAIRE, _of_questionnaire, questionnaire.approve),
    wish.PutQuestionnaireIntoForce: Rule(
        QUESTIONNAIRE, _of_questionnaire, questionnaire.put_into_force, _put_on_schedule
    ),
    wish.RetireQuestionnaire: Rule(QUESTIONNAIRE, _of_questionnaire, questionnaire.retire, _take_off_schedule),
    wish.OpenSurvey: Rule(SURVEY, _of_survey, survey.open_survey),
    wish.CloseSurvey: Rule(SURVEY, _of_survey, survey.close_survey),
    wish.OpenCounter: Rule(COUNTER, _of_counter, counter.open_counter),
    wish.MoveCounter: Rule(COUNTER, _of_counter, counter.move_counter),
    wish.RenameCounter: Rule(COUNTER, _of_counter, counter.rename_counter),
    wish.CloseCounter: Rule(COUNTER, _of_counter, counter.close_counter),
    wish.PrintCards: Rule(CARDS, _of_cards, card_batch.print_cards),
    wish.VoidCard: Rule(CARDS, _of_cards, card_batch.void),
}
