"""Loads counters and the questionnaire in force from a tenant pack. Loading the same pack again records nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.survey.domain.commands import (
    ApproveQuestionnaire,
    DraftQuestionnaire,
    OpenCounter,
    OpenSurvey,
    PutQuestionnaireIntoForce,
)
from services.survey.domain.events import OpeningSpan
from services.survey.handlers.administration import questionnaire_name
from services.survey.handlers.kinds import COUNTER, QUESTIONNAIRE
from services.survey.handlers.service import Survey

LOADED_BY = "pack"


def load_pack(service: Survey, pack: Mapping[str, Any]) -> int:
    """Record what a pack says and is not known yet; give how many things were new.

    Args:
        service: Where to record it.
        pack: The content of `pack.json`, and of each file under the name that `files` gives it.
    """
    since = date.fromisoformat(pack["questionnaire_in_force"]["from"])
    news = sum(_load_counter(service, told, since) for told in pack["counters"]["counters"])
    return news + _load_questionnaire(service, pack, since)


def _load_counter(service: Survey, told: Mapping[str, Any], since: date) -> int:
    if service.streams.load(COUNTER, told["id"]).state.exists:
        return 0
    service.handle(
        OpenCounter(
            counter_id=told["id"],
            unit_id=told.get("unit_id", told["one_stop_id"]),
            one_stop_id=told["one_stop_id"],
            name=told["name_vi"],
            name_en=told["name_en"],
            fields=tuple(told["fields"]),
            on=since,
            cards=bool(told["policy"]["cards"]),
            opening_hours=tuple(OpeningSpan(**span) for span in told["opening_hours"] or ()),
        )
    )
    return 1


def _load_questionnaire(service: Survey, pack: Mapping[str, Any], since: date) -> int:
    in_force = pack["questionnaire_in_force"]
    known = pack["questionnaires"]["questionnaires"]
    content = max((told for told in known if told["code"] == in_force["code"]), key=lambda told: int(told["version"]))
    code, version = str(content["code"]), int(content["version"])
    if service.streams.load(QUESTIONNAIRE, questionnaire_name(code, version)).state.in_force_from == since:
        return 0
    family = in_force["family"]
    now = service.clock.now()
    service.handle(DraftQuestionnaire(code=code, version=version, family=family, content=content))
    service.handle(ApproveQuestionnaire(code=code, version=version, approved_by=LOADED_BY, approved_at=now))
    service.handle(PutQuestionnaireIntoForce(code=code, version=version, in_force_from=since))
    service.handle(OpenSurvey(survey_id=f"{family}-{since.year}", family=family, opens_on=since))
    return 1
