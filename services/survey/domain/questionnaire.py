"""A questionnaire: drafted, approved under the hash of its words, put into force from a day, retired."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.chassis.domain import Event
from services.survey.domain.commands import (
    ApproveQuestionnaire,
    DraftQuestionnaire,
    PutQuestionnaireIntoForce,
    RetireQuestionnaire,
)
from services.survey.domain.errors import AlreadyApproved, AlreadyRetired, NotApproved, UnknownQuestionnaire
from services.survey.domain.events import (
    QuestionnaireApproved,
    QuestionnaireDrafted,
    QuestionnairePutIntoForce,
    QuestionnaireRetired,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Questionnaire:
    """One version of a questionnaire. `hash` is set by approval."""

    code: str = ""
    version: int = 0
    family: str = ""
    content: dict[str, Any] | None = None
    hash: str | None = None
    in_force_from: date | None = None
    retired_on: date | None = None


INITIAL = Questionnaire()


def content_hash(content: dict[str, Any]) -> str:
    """Name the words of a questionnaire: SHA-256 over JSON with sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def reason_codes(content: Mapping[str, Any] | None) -> frozenset[str]:
    """Give the codes of the reasons that may be chosen; words without any have none."""
    questions = _records((content or {}).get("questions"))
    codes = (option.get("code") for question in questions for option in _records(question.get("options")))
    return frozenset(code for code in codes if isinstance(code, str))


def _records(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def evolve(state: Questionnaire, event: Event) -> Questionnaire:
    """Fold one fact into the state."""
    match event:
        case QuestionnaireDrafted():
            return replace(state, code=event.code, version=event.version, family=event.family, content=event.content)
        case QuestionnaireApproved():
            return replace(state, hash=event.hash)
        case QuestionnairePutIntoForce():
            return replace(state, in_force_from=event.in_force_from)
        case QuestionnaireRetired():
            return replace(state, retired_on=event.retired_on)
        case _:
            return state


def draft(state: Questionnaire, command: DraftQuestionnaire) -> tuple[Event, ...]:
    """Write down the words, or change them while nobody has approved them."""
    if state.content == command.content and state.family == command.family:
        return ()
    if state.hash is not None:
        raise AlreadyApproved("An approved questionnaire never changes; draft a new version.", hash=state.hash)
    return (
        QuestionnaireDrafted(
            code=command.code, version=command.version, family=command.family, content=command.content
        ),
    )


def approve(state: Questionnaire, command: ApproveQuestionnaire) -> tuple[Event, ...]:
    """Make the words final."""
    if state.hash is not None:
        return ()
    return (
        QuestionnaireApproved(
            hash=content_hash(_drafted(state)), approved_by=command.approved_by, approved_at=command.approved_at
        ),
    )


def put_into_force(state: Questionnaire, command: PutQuestionnaireIntoForce) -> tuple[Event, ...]:
    """Ask by this questionnaire from a day on."""
    _drafted(state)
    if state.hash is None:
        raise NotApproved("Approve the questionnaire first.", code=state.code, version=state.version)
    if state.retired_on is not None:
        raise AlreadyRetired(code=state.code, version=state.version)
    if state.in_force_from == command.in_force_from:
        return ()
    return (QuestionnairePutIntoForce(in_force_from=command.in_force_from),)


def retire(state: Questionnaire, command: RetireQuestionnaire) -> tuple[Event, ...]:
    """Ask nobody by it any more."""
    _drafted(state)
    if state.retired_on is not None:
        return ()
    return (QuestionnaireRetired(retired_on=command.retired_on),)


def _drafted(state: Questionnaire) -> dict[str, Any]:
    if state.content is None:
        raise UnknownQuestionnaire
    return state.content
