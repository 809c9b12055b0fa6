"""Units' reports: sent once for every duty that they discharge, approved or sent back by somebody else."""

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.domain import ConcurrencyConflict
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import seen_version, versioned, with_etag
from services.chassis.http.guards import Bearer, guard, guarded_blueprint
from services.chassis.http.idempotency import command_key, idempotent
from services.chassis.http.refusals import IdempotencyKeyReused
from services.chassis.streams import Versioned
from services.tasks.api.forms import Noted, Reasoned
from services.tasks.api.service import (
    ACTING,
    IS_CODE,
    IS_NAME,
    ForUnit,
    a_day,
    a_text,
    acting,
    an_optional_text,
    leading,
    tasks,
)
from services.tasks.domain.errors import (
    DischargesUnclear,
    DutyNotOpen,
    DutyOfAnotherUnit,
    OwnReport,
    ReportExists,
    ReportNotOpen,
    UnknownReport,
    UnknownReportDuty,
)
from services.tasks.domain.report import JudgeReport, Report, SubmitReport
from services.tasks.domain.report_events import ReportDocument, ReportFields, ReportFigure
from services.tasks.handlers.kinds import REPORT

blueprint = guarded_blueprint(
    "reports",
    __name__,
    url_prefix="/api/tasks/v1/reports",
    guard=Bearer("tasks:read"),
    description="Reports of units.",
)


class Words(Schema):
    """What a report says in each of the seven fields, and of difficulties and proposals."""

    direction = an_optional_text(20_000)
    institutions = an_optional_text(20_000)
    procedures = an_optional_text(20_000)
    organisation = an_optional_text(20_000)
    staff = an_optional_text(20_000)
    finance = an_optional_text(20_000)
    modernisation = an_optional_text(20_000)
    difficulties = an_optional_text(20_000)
    proposals = an_optional_text(20_000)


class Figure(Schema):
    """A coded statistical item."""

    code = fields.String(required=True, validate=IS_CODE)
    value = fields.Float(required=True, allow_nan=False, validate=validate.Range(min=-1e15, max=1e15))


class Paper(Schema):
    """The document that the report is, as the document system numbered it."""

    number = a_text(80)
    dated = a_day()
    signer = an_optional_text(120)


class ReportForm(ForUnit):
    """A report."""

    period = fields.String(required=True, validate=IS_CODE)
    discharges = fields.List(fields.String(validate=IS_NAME), required=True, validate=validate.Length(min=1, max=20))
    fields_ = fields.Nested(Words, data_key="fields", load_default=dict)
    figures = fields.List(fields.Nested(Figure), load_default=list, validate=validate.Length(max=500))
    document = fields.Nested(Paper, required=True)


class ReportShown(Schema):
    """A report and where it stands."""

    report_id = fields.String(required=True)
    unit_id = fields.String(required=True)
    period = fields.String(required=True)
    state = fields.String(required=True)
    discharges = fields.List(fields.String(), required=True)
    fields_ = fields.Dict(data_key="fields", required=True)
    figures = fields.List(fields.Dict(), required=True)
    document = fields.Dict(required=True)
    on = fields.Date(required=True)
    at = fields.DateTime(required=True)
    reason = fields.String(required=True)
    judged_on = fields.Date(required=True, allow_none=True)


@blueprint.route("", methods=["POST"])
@guard(Bearer("tasks:act"))
@refuses(*ACTING, UnknownReportDuty, DutyOfAnotherUnit, DutyNotOpen, DischargesUnclear, ConcurrencyConflict)
@idempotent
@blueprint.arguments(ReportForm)
@blueprint.response(201, ReportShown)
def submit_report(sent: dict[str, Any]) -> Response:
    """Send a report. One document may discharge several duties: all of them at once, or none."""
    command = report_of(str(command_key().id), acting(sent))
    try:
        return _answer(tasks().reports.submit(command), 201)
    except ReportExists:
        raise IdempotencyKeyReused("The key was used for another request.") from None


@blueprint.route("/<report_id>")
@refuses(UnknownReport)
@blueprint.response(200, ReportShown)
def read_report(report_id: str) -> Response:
    """Read a report."""
    return _answer(tasks().streams.load(REPORT, report_id))


@blueprint.route("/<report_id>/approval", methods=["POST"])
@guard(Bearer("tasks:lead"))
@refuses(UnknownReport, ReportNotOpen, OwnReport)
@versioned
@blueprint.arguments(Noted)
@blueprint.response(200, ReportShown)
def approve_report(sent: dict[str, Any], report_id: str) -> Response:
    """Approve a report. Whoever sent it cannot."""
    return _judge(report_id, approved=True, reason=sent["note"])


@blueprint.route("/<report_id>/return", methods=["POST"])
@guard(Bearer("tasks:lead"))
@refuses(UnknownReport, ReportNotOpen)
@versioned
@blueprint.arguments(Reasoned)
@blueprint.response(200, ReportShown)
def return_report(sent: dict[str, Any], report_id: str) -> Response:
    """Send a report back: what it discharged is owed again."""
    return _judge(report_id, approved=False, reason=sent["reason"])


def report_of(report_id: str, told: dict[str, Any]) -> SubmitReport:
    """Give the command to take a report in."""
    more = {
        "fields": ReportFields(**told["fields_"]),
        "discharges": tuple(told["discharges"]),
        "figures": tuple(ReportFigure(**figure) for figure in told["figures"]),
        "document": ReportDocument(**told["document"]),
    }
    return SubmitReport(
        report_id=report_id, **{name: value for name, value in told.items() if name != "fields_"} | more
    )


def _judge(report_id: str, *, approved: bool, reason: str) -> Response:
    command = JudgeReport(report_id=report_id, approved=approved, **leading({"reason": reason}))
    return _answer(tasks().reports.judge(command, expected_version=seen_version()))


def _answer(at: Versioned[Report], status: int = 200) -> Response:
    return with_etag(json_answer(_shown(at.state), status), at.version)


def _shown(state: Report) -> dict[str, Any]:
    names = ("report_id", "unit_id", "period", "discharges", "on", "at")
    report = state.report
    return {
        **{name: getattr(report, name) for name in names},
        "state": state.state,
        "fields": asdict(report.fields),
        "figures": [asdict(figure) for figure in report.figures],
        "document": asdict(report.document),
        "reason": state.judged.reason if state.judged else "",
        "judged_on": state.judged.on if state.judged else None,
    }
