"""Recording a unit: `PUT /api/directory/v1/units/{unit_id}`."""

import re
from dataclasses import replace
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.domain import ConcurrencyConflict
from services.chassis.http.blueprints import GuardedBlueprint, refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.gateway.directory.api import UnitHistory
from services.gateway.directory.domain.errors import UnitIdInvalid, UnitLoop, UnitNotFound, UnitRecordInvalid
from services.gateway.directory.handlers import Directory
from services.gateway.directory.pack import read_record
from services.gateway.directory.published_events import published_record
from services.gateway.directory.register import UnitRegister
from services.gateway.directory.units import record_units

KINDS = (
    "province",
    "city_under_central_government",
    "district",
    "township",
    "commune",
    "ward",
    "department",
    "one_stop",
)
_ID_FORM = re.compile(r"[a-z0-9-]{1,64}")
_ID = validate.Regexp(rf"^{_ID_FORM.pattern}\Z")
_TEXT = validate.Length(min=1, max=400)
_MOST = validate.Length(max=50)


class DatedStatement(Schema):
    """From when and until before when something holds; `null` is before the plan, or still in force."""

    valid_from = fields.Date(load_default=None, allow_none=True)
    valid_to = fields.Date(load_default=None, allow_none=True)


class NameStated(DatedStatement):
    """A Vietnamese name."""

    name = fields.String(required=True, validate=_TEXT)


class CodeStated(DatedStatement):
    """An official code."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=40))


class ParentStated(DatedStatement):
    """The unit above."""

    parent_id = fields.String(required=True, validate=_ID)


class SuccessionStated(Schema):
    """Which unit took over."""

    unit_id = fields.String(required=True, validate=_ID)
    on = fields.Date(required=True)
    legal_document = fields.String(required=True, validate=_TEXT)
    relation = fields.String(
        required=True,
        validate=validate.OneOf(["merged_into", "merged_to_form", "territory_divided", "renamed", "split_from"]),
    )


class BorderChangeStated(Schema):
    """A change of borders under the same id."""

    on = fields.Date(required=True)
    legal_document = fields.String(required=True, validate=_TEXT)
    text_vi = fields.String(required=True, validate=_TEXT)
    text_en = fields.String(required=True, validate=_TEXT)


class UnitStated(DatedStatement):
    """A unit's whole dated record, as it is to read from now on."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name_en = fields.String(required=True, validate=_TEXT)
    confidence = fields.String(
        load_default="stated", validate=validate.OneOf(["verified", "stated", "unconfirmed", "inference"])
    )
    has_one_stop = fields.Boolean(load_default=False)
    names_vi = fields.List(fields.Nested(NameStated), required=True, validate=validate.Length(min=1, max=50))
    official_codes = fields.List(fields.Nested(CodeStated), load_default=list, validate=_MOST)
    parents = fields.List(fields.Nested(ParentStated), load_default=list, validate=_MOST)
    succeeded_by = fields.List(fields.Nested(SuccessionStated), load_default=list, validate=_MOST)
    boundary_changes = fields.List(fields.Nested(BorderChangeStated), load_default=list, validate=_MOST)


def units_api(directory: Directory, register: UnitRegister) -> GuardedBlueprint:
    """The route by which a unit is recorded."""
    blueprint = guarded_blueprint(
        "units",
        __name__,
        url_prefix="/api/directory/v1/units",
        guard=Bearer("directory:admin"),
        description="Recording units.",
    )
    _add_recording(blueprint, directory, register)
    return blueprint


def _add_recording(blueprint: Any, directory: Directory, register: UnitRegister) -> None:
    @blueprint.route("/<string:unit_id>", methods=["PUT"])
    @refuses(UnitNotFound, UnitLoop, UnitRecordInvalid, UnitIdInvalid, ConcurrencyConflict)
    @blueprint.arguments(UnitStated)
    @blueprint.response(200, UnitHistory)
    def record(sent: dict[str, Any], unit_id: str) -> Response:
        """Make the directory say about a unit what this record says; saying the same again records nothing."""
        if _ID_FORM.fullmatch(unit_id) is None:
            raise UnitIdInvalid("An id has small letters, digits and hyphens.")
        record = read_record({"id": unit_id, **sent})
        known = register.units().get(unit_id)
        # What a pack stated besides, such as sources and notes, is not this route's to take away.
        wanted = replace(record, particulars=known.particulars) if known is not None else record
        record_units(directory, register, (wanted,))
        return json_answer(published_record(register.unit(unit_id)))
