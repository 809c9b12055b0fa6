"""What units owe for a period: listed, and asked for by the desk."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.domain import ConcurrencyConflict
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, guard, guarded_blueprint
from services.chassis.http.paging import PageQuery, after_cursor, page_of
from services.chassis.http.refusals import CursorInvalid
from services.chassis.units import UnknownUnit
from services.tasks.api.service import (
    IS_CODE,
    IS_ID,
    IS_NAME,
    a_day,
    an_optional_day,
    known_duty,
    known_units,
    leading,
    tasks,
)
from services.tasks.domain.errors import DeadlineInPast, PeriodExists, UnknownDuty
from services.tasks.domain.names import report_duty_name
from services.tasks.domain.report_duty import WAITING, DutyState, OpenDuty
from services.tasks.domain.working_days import DayRule
from services.tasks.projections.board import BOARD
from services.tasks.projections.board_queries import list_owed

blueprint = guarded_blueprint(
    "report-duties",
    __name__,
    url_prefix="/api/tasks/v1/report-duties",
    guard=Bearer("tasks:read"),
    description="Reports that units owe.",
)

AD_HOC = "rieng"
"""Stands before the name of what no plan asks for."""

_SHOWN = (
    "duty_id",
    "kind",
    "unit_id",
    "period",
    "opens_on",
    "due_on",
    "due_on_rolled",
    "state",
    "report_id",
    "timeliness",
    "updated_at",
)


class DutyQuery(PageQuery):
    """Which duties are wanted."""

    unit_id = fields.String(load_default=None, validate=IS_ID)
    period = fields.String(load_default=None, validate=IS_CODE)
    state = fields.String(load_default=None, validate=validate.OneOf(list(DutyState)))


class PeriodForm(Schema):
    """A report that some units are asked for."""

    kind = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9][a-z0-9_]{0,59}\Z"))
    period = fields.String(required=True, validate=IS_CODE)
    unit_ids = fields.List(fields.String(validate=IS_ID), required=True, validate=validate.Length(min=1, max=200))
    opens_on = an_optional_day()
    due_on = a_day()
    day_rule = fields.String(load_default=DayRule.CALENDAR_ROLLED, validate=validate.OneOf(list(DayRule)))
    plan_id = fields.String(load_default=None, allow_none=True, validate=IS_NAME)
    duty_code = fields.String(load_default=None, allow_none=True, validate=IS_CODE)


class DutyList(Schema):
    """One page of duties."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


class Asked(Schema):
    """The duties that were opened."""

    items = fields.List(fields.String(), required=True)


@blueprint.route("")
@refuses(CursorInvalid)
@blueprint.arguments(DutyQuery, location="query")
@blueprint.response(200, DutyList)
def list_duties(query: dict[str, Any]) -> Response:
    """List what units owe."""
    service = tasks()
    after, limit = after_cursor(query.pop("cursor"), str), query.pop("limit")
    rows = service.read_model(
        BOARD, lambda view: list_owed(view, query, after=after[0] if after else None, limit=limit)
    )
    items, following = page_of(rows or (), limit, key=lambda row: [row.duty_id])
    today = service.clock.business_now().date().isoformat()
    return json_answer({"items": [_shown(row, today) for row in items], "next": following})


@blueprint.route("", methods=["POST"])
@guard(Bearer("tasks:lead"))
@refuses(UnknownUnit, UnknownDuty, DeadlineInPast, PeriodExists, ConcurrencyConflict)
@blueprint.arguments(PeriodForm)
@blueprint.response(201, Asked)
def open_period(sent: dict[str, Any]) -> Response:
    """Ask some units for a report. The same wish again asks for nothing."""
    known_units(sent["unit_ids"])
    known_duty(sent["plan_id"], sent["duty_code"])
    told = leading(sent)
    today, rule = told["at"].date(), told.pop("day_rule")
    if told["due_on"] < today:
        raise DeadlineInPast(due_on=told["due_on"], today=today)
    rolled = tasks().days.rolled(told["due_on"], rule) or told["due_on"]
    unit_ids = sorted(set(told.pop("unit_ids")))
    asked = [_asked(unit_id, {**told, "due_on_rolled": rolled}) for unit_id in unit_ids]
    tasks().plans.open_duties(asked)
    return json_answer({"items": [duty.duty_id for duty in asked]}, 201)


def _asked(unit_id: str, told: dict[str, Any]) -> OpenDuty:
    source, code = told["plan_id"] or AD_HOC, told["duty_code"] or told["kind"]
    return OpenDuty(duty_id=report_duty_name(source, code, told["period"], unit_id), unit_id=unit_id, **told)


def _shown(row: Any, today: str) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in _SHOWN}
    return told | {"overdue": row.state in WAITING and row.due_on_rolled < today}
