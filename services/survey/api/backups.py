"""The operator's backup says how far it reached, so that tablets may let go of what it holds."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.survey.api.service import survey
from services.survey.domain.errors import BackupAhead

blueprint = guarded_blueprint(
    "backups",
    __name__,
    url_prefix="/api/survey/v1/backups",
    guard=Bearer("system:operate"),
    description="How far backups reach.",
)


class Reached(Schema):
    """The position of the last fact that a backup holds."""

    position = fields.Integer(required=True, validate=validate.Range(min=0, max=2**53))


class Marked(Schema):
    """How many tablets' marks moved."""

    tablets = fields.Integer(required=True)


@blueprint.route("/", methods=["POST"])
@refuses(BackupAhead)
@blueprint.arguments(Reached)
@blueprint.response(200, Marked)
def mark_backed_up(sent: dict[str, Any]) -> Response:
    """Mark what a backup holds of every tablet."""
    return json_answer({"tablets": survey().mark_backed_up(sent["position"])})
