"""Plan documents: anybody may read what they ask of whom and how far it is; the desk takes them in."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.domain import ConcurrencyConflict
from services.chassis.http.answers import page_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import with_etag
from services.chassis.http.guards import Bearer, Open, guard, guarded_blueprint
from services.chassis.http.paging import PageQuery
from services.chassis.units import UnknownUnit
from services.tasks.api.service import (
    IS_CODE,
    IS_ID,
    a_day,
    a_text,
    an_optional_day,
    an_optional_text,
    known_units,
    leading,
    tasks,
)
from services.tasks.domain.errors import DutiesUnclear, PlanExists, TaskExists, UnknownPlan
from services.tasks.domain.names import plan_name
from services.tasks.domain.plan import RegisterPlan
from services.tasks.domain.plan_events import Duty, PlanRegistered, Section
from services.tasks.domain.working_days import DayRule
from services.tasks.handlers.kinds import PLAN
from services.tasks.projections.board import BOARD
from services.tasks.projections.board_queries import counts_by
from services.tasks.projections.plans import PLANS

blueprint = guarded_blueprint(
    "plans", __name__, url_prefix="/api/tasks/v1/plans", guard=Open(), description="Plan documents and their duties."
)

_COUNTS = ("total", "completed", "overdue", "open")


class SectionForm(Schema):
    """A part of a plan."""

    code = fields.String(required=True, validate=IS_CODE)
    title_vi = a_text(300)
    title_en = an_optional_text(300)


class DutyForm(Schema):
    """What a plan asks of its leading units."""

    code = fields.String(required=True, validate=IS_CODE)
    section = fields.String(required=True, validate=IS_CODE)
    paragraph = an_optional_text(80)
    text_vi = a_text(8000)
    text_en = an_optional_text(8000)
    lead_unit_ids = fields.List(fields.String(validate=IS_ID), required=True, validate=validate.Length(min=1, max=200))
    cooperating = fields.List(fields.String(validate=IS_ID), load_default=list, validate=validate.Length(max=200))
    deadline = an_optional_day()
    day_rule = fields.String(load_default=DayRule.CALENDAR_ROLLED, validate=validate.OneOf(list(DayRule)))
    cadence = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    deliverable_vi = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    deliverable_en = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))


class PlanForm(Schema):
    """A plan document."""

    number = fields.String(required=True, validate=validate.Regexp(r"^[0-9][^\s\x00]{0,39}\Z"))
    title_vi = a_text(500)
    title_en = an_optional_text(500)
    issued_on = a_day()
    issuer_unit_id = fields.String(required=True, validate=IS_ID)
    year = fields.Integer(required=True, strict=True, validate=validate.Range(min=2000, max=2100))
    sections = fields.List(fields.Nested(SectionForm), load_default=list, validate=validate.Length(max=50))
    duties = fields.List(fields.Nested(DutyForm), required=True, validate=validate.Length(min=1, max=500))


class Plan(Schema):
    """A plan document, its duties paragraph by paragraph."""

    plan_id = fields.String(required=True)
    number = fields.String(required=True)
    title_vi = fields.String(required=True)
    title_en = fields.String(required=True)
    issued_on = fields.Date(required=True)
    issuer_unit_id = fields.String(required=True)
    year = fields.Integer(required=True)
    sections = fields.List(fields.Dict(), required=True)
    paragraphs = fields.List(fields.Dict(), required=True)


class PlanList(Schema):
    """One page of plans."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


@blueprint.route("")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, PlanList)
def list_plans(query: dict[str, Any]) -> dict[str, Any]:
    """List plans."""
    return page_answer(tasks().read_model, PLANS, "plans", query)


@blueprint.route("/<plan_id>")
@refuses(UnknownPlan)
@blueprint.response(200, Plan)
def read_plan(plan_id: str) -> Response:
    """Read a plan, with how many tasks each duty has and how far they are."""
    return json_answer(_shown(tasks().streams.load(PLAN, plan_id).state.plan))


@blueprint.route("", methods=["POST"])
@guard(Bearer("tasks:lead"))
@refuses(PlanExists, TaskExists, UnknownUnit, DutiesUnclear, ConcurrencyConflict)
@blueprint.arguments(PlanForm)
@blueprint.response(201, Plan)
def register_plan(sent: dict[str, Any]) -> Response:
    """Take a plan in: each duty becomes a task of each of its leading units."""
    units = {unit for duty in sent["duties"] for unit in (*duty["lead_unit_ids"], *duty["cooperating"])}
    known_units({sent["issuer_unit_id"], *units})
    at = tasks().plans.register(_command(sent))
    return with_etag(json_answer(_shown(at.state.plan), 201), at.version)


def _command(sent: dict[str, Any]) -> RegisterPlan:
    told = leading(sent)
    sections = tuple(Section(**section) for section in told.pop("sections"))
    duties = tuple(_duty(duty) for duty in told.pop("duties"))
    plan_id = plan_name(told["number"], told["year"])
    return RegisterPlan(plan_id=plan_id, sections=sections, duties=duties, **told)


def _duty(sent: dict[str, Any]) -> Duty:
    rolled = tasks().days.rolled(sent["deadline"], sent["day_rule"])
    lists = {name: tuple(sent[name]) for name in ("lead_unit_ids", "cooperating")}
    return Duty(**{**sent, **lists, "deadline_rolled": rolled})


def _shown(plan: PlanRegistered) -> dict[str, Any]:
    names = ("plan_id", "number", "title_vi", "title_en", "issued_on", "issuer_unit_id", "year", "sections")
    counts, paragraphs = _counts(plan.plan_id), dict[str, list[dict[str, Any]]]()
    for duty in plan.duties:
        paragraphs.setdefault(duty.paragraph, []).append(_shown_duty(duty, counts.get(duty.code, {})))
    return {
        **{name: getattr(plan, name) for name in names},
        "paragraphs": [{"paragraph": name, "duties": duties} for name, duties in paragraphs.items()],
    }


def _shown_duty(duty: Duty, counts: dict[str, Any]) -> dict[str, Any]:
    names = (
        "code",
        "section",
        "text_vi",
        "text_en",
        "lead_unit_ids",
        "lead_basis",
        "cooperating",
        "deadline",
        "deadline_rolled",
        "deadline_basis",
        "day_rule",
        "cadence",
        "linked_target_codes",
    )
    return {
        **{name: getattr(duty, name) for name in names},
        "deliverable": {"vi": duty.deliverable_vi, "en": duty.deliverable_en} if duty.deliverable_vi else None,
        "tasks": {name: counts.get(name, 0) for name in _COUNTS},
    }


def _counts(plan_id: str) -> dict[str, dict[str, Any]]:
    service = tasks()
    today = service.clock.business_now().date()
    rows = service.read_model(BOARD, lambda view: counts_by(view, "duty_code", today, {"plan_id": plan_id})) or ()
    return {row.duty_code: dict(row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's public name
