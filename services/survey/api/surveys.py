"""Staff open and close surveys: a family and its field period."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.etags import conditional, required_version
from services.chassis.http.guards import Bearer, guard, guarded_blueprint
from services.chassis.http.paging import PageQuery
from services.survey.api.questionnaires import FAMILIES
from services.survey.api.service import list_answer, survey
from services.survey.domain.commands import CloseSurvey, OpenSurvey
from services.survey.domain.errors import AlreadyExists, InvalidPeriod, UnknownSurvey
from services.survey.handlers.kinds import SURVEY
from services.survey.projections.surveys import SURVEYS

blueprint = guarded_blueprint(
    "surveys",
    __name__,
    url_prefix="/api/survey/v1/surveys",
    guard=Bearer("survey:admin"),
    description="Surveys and their field periods.",
)


class SurveyOpening(Schema):
    """A field period, its last day included."""

    survey_id = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9-]{1,64}\Z"))
    family = fields.String(required=True, validate=validate.OneOf(FAMILIES))
    opens_on = fields.Date(required=True)
    closes_on = fields.Date(load_default=None, allow_none=True)


class SurveyClosing(Schema):
    """The day on which a field period ends."""

    closed_on = fields.Date(required=True)


class Survey(Schema):
    """A survey."""

    survey_id = fields.String(required=True)
    family = fields.String(required=True)
    opens_on = fields.Date(required=True)
    closes_on = fields.Date(allow_none=True, required=True)
    closed_on = fields.Date(allow_none=True, required=True)


class SurveyList(Schema):
    """One page of surveys."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


@blueprint.route("/")
@guard(Bearer("survey:read"))
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, SurveyList)
def list_surveys(query: dict[str, Any]) -> dict[str, Any]:
    """List surveys."""
    return list_answer(SURVEYS, "surveys", query)


@blueprint.route("/", methods=["POST"])
@refuses(AlreadyExists, InvalidPeriod)
@blueprint.arguments(SurveyOpening)
@blueprint.response(201, Survey)
def open_survey(sent: dict[str, Any]) -> Response:
    """Begin a survey's field period."""
    return state_answer(survey().handle(OpenSurvey(**sent)), status=201)


@blueprint.route("/<survey_id>")
@guard(Bearer("survey:read"))
@refuses(UnknownSurvey)
@blueprint.response(200, Survey)
def read_survey(survey_id: str) -> Response:
    """Read a survey."""
    return state_answer(survey().streams.load(SURVEY, survey_id), missing=UnknownSurvey(survey_id=survey_id))


@blueprint.route("/<survey_id>/closing", methods=["PUT"])
@refuses(UnknownSurvey, InvalidPeriod)
@conditional
@blueprint.arguments(SurveyClosing)
@blueprint.response(200, Survey)
def close_survey(sent: dict[str, Any], survey_id: str) -> Response:
    """End a survey's field period."""
    command = CloseSurvey(survey_id=survey_id, closed_on=sent["closed_on"])
    return state_answer(survey().handle(command, expected_version=required_version()))
