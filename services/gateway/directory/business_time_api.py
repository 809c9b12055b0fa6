"""The business time of a demonstration, which an operator drives forward: `/api/directory/v1/business-time`."""

from datetime import datetime
from typing import Any

from flask import Response
from marshmallow import Schema, ValidationError, fields

from services.chassis.clock import CIVIL_ZONE, Clock, Driven
from services.chassis.domain import StateConflict
from services.chassis.http.blueprints import GuardedBlueprint, refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, Open, guard, guarded_blueprint


class ClockNotDriven(StateConflict):
    """Raised when somebody would move the time of a tenant that is no demonstration."""

    code = "clock_not_driven"
    title = "Thời gian của hệ thống thật không điều khiển được"


class ClockBackwards(StateConflict):
    """Raised when business time would run backwards: what is recorded already would lie in the future."""

    code = "clock_backwards"
    title = "Thời gian không thể quay lại"


def _possible(at: datetime) -> None:
    # At the ends of the calendar a time has no equal in UTC.
    if not 2000 <= at.year < 2200:
        raise ValidationError("Must lie between 2000 and 2199.")


class BusinessTimeWish(Schema):
    """When it is to be, in business time."""

    at = fields.AwareDateTime(required=True, validate=_possible)


class BusinessTime(Schema):
    """What time it is in business, and whether it can be driven."""

    at = fields.String(required=True)
    driven = fields.Boolean(required=True)


def business_time_api(clock: Clock) -> GuardedBlueprint:
    """The business time's routes."""
    blueprint = guarded_blueprint(
        "business-time",
        __name__,
        url_prefix="/api/directory/v1/business-time",
        guard=Open(),
        description="Business time, which a demonstration drives.",
    )
    _add_routes(blueprint, clock)
    return blueprint


def _add_routes(blueprint: Any, clock: Clock) -> None:
    @blueprint.route("")
    @blueprint.response(200, BusinessTime)
    def read_business_time() -> Response:
        """Say what time it is."""
        return _answer(clock)

    @blueprint.route("", methods=["PUT"])
    @guard(Bearer("system:operate"))
    @refuses(ClockNotDriven, ClockBackwards)
    @blueprint.arguments(BusinessTimeWish)
    @blueprint.response(200, BusinessTime)
    def drive_business_time(sent: dict[str, Any]) -> Response:
        """Let it be later, for every process of this machine; it ticks on from there."""
        if not isinstance(clock, Driven):
            raise ClockNotDriven("Only a demonstration's time can be driven.")
        if sent["at"] < clock.business_now():
            raise ClockBackwards("It is later already.", at=clock.business_now().isoformat())
        clock.drive_to(sent["at"])
        return _answer(clock)


def _answer(clock: Clock) -> Response:
    at = clock.business_now().astimezone(CIVIL_ZONE)
    return json_answer({"at": at.isoformat(timespec="milliseconds"), "driven": isinstance(clock, Driven)})
