"""The units, as they were on any day: `/api/directory/v1/units`."""

import hashlib
from datetime import date
from typing import Any

import msgspec
from flask import Response, request
from marshmallow import INCLUDE, Schema, fields

from services.chassis.clock import Clock
from services.chassis.http.blueprints import GuardedBlueprint, refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.directory.domain.errors import UnitNotFound
from services.gateway.directory.domain.records import UnitRecord, name_on, parent_on
from services.gateway.directory.published_events import published_record
from services.gateway.directory.register import UnitRegister


class AsOf(Schema):
    """A civil day."""

    as_of = fields.Date(load_default=None)


class UnitOnADay(Schema):
    """A unit with its name, its codes and the unit above on the day asked for."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    name_vi = fields.String(required=True)
    name_en = fields.String(required=True)
    parent_id = fields.String(required=True, allow_none=True)
    has_one_stop = fields.Boolean(required=True)


class UnitsOnADay(Schema):
    """Every unit that exists on the day."""

    as_of = fields.Date(required=True)
    items = fields.List(fields.Nested(UnitOnADay), required=True)


class UnitHistory(Schema):
    """Everything stated about a unit, each statement with its days; more than these members may stand there."""

    class Meta:
        """A pack may state more."""

        unknown = INCLUDE

    id = fields.String(required=True)
    kind = fields.String(required=True)
    names_vi = fields.List(fields.Dict(), required=True)
    parents = fields.List(fields.Dict(), required=True)


def directory_api(register: UnitRegister, clock: Clock) -> GuardedBlueprint:
    """The directory's routes; units are public."""
    blueprint = guarded_blueprint(
        "directory", __name__, url_prefix="/api/directory/v1", guard=Open(), description="Dated units."
    )
    _add_routes(blueprint, register, clock)
    return blueprint


def _add_routes(blueprint: Any, register: UnitRegister, clock: Clock) -> None:
    @blueprint.route("/units")
    @blueprint.arguments(AsOf, location="query")
    @blueprint.response(200, UnitsOnADay)
    def list_units(query: dict[str, Any]) -> Response:
        """List the units of a day, of today when none is named."""
        day = query["as_of"] or clock.business_now().date()
        items = [_on(record, day) for record in register.units_on(day)]
        return _tagged({"as_of": day.isoformat(), "items": items})

    @blueprint.route("/units/<string:unit_id>")
    @refuses(UnitNotFound)
    @blueprint.response(200, UnitHistory)
    def read_unit(unit_id: str) -> Response:
        """Give a unit's whole dated record."""
        return _tagged(published_record(register.unit(unit_id)))


def _on(record: UnitRecord, day: date) -> dict[str, Any]:
    return {
        "id": record.id,
        "kind": record.kind,
        "name_vi": name_on(record, day),
        "name_en": record.name_en,
        "parent_id": parent_on(record, day),
        "has_one_stop": record.has_one_stop or record.kind == "one_stop",
    }


def _tagged(payload: dict[str, Any]) -> Response:
    response = json_answer(payload)
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.sha256(msgspec.json.encode(payload)).hexdigest()[:32])
    response.make_conditional(request)
    return response
