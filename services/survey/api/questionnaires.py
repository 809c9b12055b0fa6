"""Staff draft, approve, put into force and retire questionnaires."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.etags import conditional, required_version
from services.chassis.http.guards import Bearer, current_caller, guard, guarded_blueprint
from services.chassis.http.paging import PageQuery
from services.survey.api.service import list_answer, survey
from services.survey.domain.commands import (
    ApproveQuestionnaire,
    DraftQuestionnaire,
    PutQuestionnaireIntoForce,
    RetireQuestionnaire,
)
from services.survey.domain.errors import AlreadyApproved, AlreadyRetired, NotApproved, UnknownQuestionnaire
from services.survey.handlers.administration import questionnaire_name
from services.survey.handlers.kinds import QUESTIONNAIRE
from services.survey.projections.questionnaires import QUESTIONNAIRES

FAMILIES = ("counter", "online", "sampled", "staff")

blueprint = guarded_blueprint(
    "questionnaires",
    __name__,
    url_prefix="/api/survey/v1/questionnaires",
    guard=Bearer("survey:admin"),
    description="Questionnaires and their versions.",
)


class Draft(Schema):
    """A questionnaire's words."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9-]{1,64}\Z"))
    version = fields.Integer(required=True, validate=validate.Range(min=1, max=9999))
    family = fields.String(required=True, validate=validate.OneOf(FAMILIES))
    content = fields.Dict(keys=fields.String(), required=True)


class InForce(Schema):
    """The civil day from which a questionnaire is asked."""

    from_ = fields.Date(required=True, data_key="from")


class Retired(Schema):
    """The civil day from which a questionnaire is asked no more."""

    on = fields.Date(required=True)


class Questionnaire(Schema):
    """One version of a questionnaire."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    family = fields.String(required=True)
    content = fields.Dict(required=True)
    hash = fields.String(allow_none=True, required=True)
    in_force_from = fields.Date(allow_none=True, required=True)
    retired_on = fields.Date(allow_none=True, required=True)


class QuestionnaireList(Schema):
    """One page of questionnaires that are or were in force."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


@blueprint.route("/")
@guard(Bearer("survey:read"))
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, QuestionnaireList)
def list_questionnaires(query: dict[str, Any]) -> dict[str, Any]:
    """List questionnaires that are or were in force."""
    return list_answer(QUESTIONNAIRES, "questionnaires", query)


@blueprint.route("/", methods=["POST"])
@refuses(AlreadyApproved)
@blueprint.arguments(Draft)
@blueprint.response(201, Questionnaire)
def draft(sent: dict[str, Any]) -> Response:
    """Write down a questionnaire; a draft may be written again."""
    return state_answer(survey().handle(DraftQuestionnaire(**sent)), status=201)


@blueprint.route("/<code>/<int:version>")
@guard(Bearer("survey:read"))
@refuses(UnknownQuestionnaire)
@blueprint.response(200, Questionnaire)
def read_questionnaire(code: str, version: int) -> Response:
    """Read a questionnaire."""
    at = survey().streams.load(QUESTIONNAIRE, questionnaire_name(code, version))
    return state_answer(at, missing=UnknownQuestionnaire(code=code, version=version))


@blueprint.route("/<code>/<int:version>/approval", methods=["POST"])
@refuses(UnknownQuestionnaire)
@conditional
@blueprint.response(200, Questionnaire)
def approve(code: str, version: int) -> Response:
    """Make a questionnaire's words final."""
    service = survey()
    command = ApproveQuestionnaire(
        code=code, version=version, approved_by=current_caller().subject, approved_at=service.clock.now()
    )
    return state_answer(service.handle(command, expected_version=required_version()))


@blueprint.route("/<code>/<int:version>/force", methods=["PUT"])
@refuses(UnknownQuestionnaire, NotApproved, AlreadyRetired)
@conditional
@blueprint.arguments(InForce)
@blueprint.response(200, Questionnaire)
def put_into_force(sent: dict[str, Any], code: str, version: int) -> Response:
    """Ask by a questionnaire from a day on."""
    command = PutQuestionnaireIntoForce(code=code, version=version, in_force_from=sent["from_"])
    return state_answer(survey().handle(command, expected_version=required_version()))


@blueprint.route("/<code>/<int:version>/retirement", methods=["PUT"])
@refuses(UnknownQuestionnaire)
@conditional
@blueprint.arguments(Retired)
@blueprint.response(200, Questionnaire)
def retire(sent: dict[str, Any], code: str, version: int) -> Response:
    """Ask by a questionnaire no more."""
    command = RetireQuestionnaire(code=code, version=version, retired_on=sent["on"])
    return state_answer(survey().handle(command, expected_version=required_version()))
