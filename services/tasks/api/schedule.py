"""The schedule's door: whoever keeps it tells the time, and what is due by then is recorded, once."""

from datetime import date, timedelta
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.chassis.domain import ConcurrencyConflict
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.tasks.api.service import a_time, civil, tasks
from services.tasks.domain.errors import TimeNotCome
from services.tasks.domain.notice import REPORT, Rule
from services.tasks.handlers.schedule import Looking, run_schedule
from services.tasks.handlers.service import Tasks
from services.tasks.projections import board_queries
from services.tasks.projections.board import BOARD
from services.tasks.projections.plans import PLANS

AT_MOST = 1000
"""So many reminders of one rule are recorded in one run; the next run goes on."""

AHEAD = timedelta(minutes=1)
"""So far may the caller's clock be ahead of ours."""

blueprint = guarded_blueprint(
    "schedule-runs",
    __name__,
    url_prefix="/api/tasks/v1/schedule-runs",
    guard=Bearer("system:operate"),
    description="What falls due by itself.",
)


class RunForm(Schema):
    """As of which business time; without one, now."""

    at = a_time(load_default=None, allow_none=True)


class RanShown(Schema):
    """What was recorded."""

    at = fields.DateTime(required=True)
    reports_asked_for = fields.Integer(required=True)
    marked_missing = fields.Integer(required=True)
    reminders = fields.Integer(required=True)


@blueprint.route("", methods=["POST"])
@refuses(TimeNotCome, ConcurrencyConflict)
@blueprint.arguments(RunForm)
@blueprint.response(200, RanShown)
def run(sent: dict[str, Any]) -> Response:
    """Record what is due: reports that open, reports that are missing, reminders. Sent again it changes nothing."""
    service = tasks()
    now = service.clock.business_now()
    at = civil(sent["at"]) if sent["at"] else now
    if at > now + AHEAD:
        raise TimeNotCome(at=at.isoformat(), now=now.isoformat())
    ran = run_schedule(service, _looking(service), at)
    body = {"at": at, "reports_asked_for": ran.reports_asked_for, "marked_missing": ran.marked_missing}
    return json_answer({**body, "reminders": ran.reminders})


def _looking(service: Tasks) -> Looking:
    def unreminded(rule: Rule, today: date) -> Any:
        query = board_queries.unreminded_duties if rule.about == REPORT else board_queries.unreminded
        return service.read_model(BOARD, lambda view: query(view, rule.code, rule.days, today, limit=AT_MOST)) or ()

    return Looking(
        plans=lambda: service.read_model(PLANS, board_queries.plan_ids) or (),
        overdue_duties=lambda today: (
            service.read_model(BOARD, lambda view: board_queries.overdue_duties(view, today)) or ()
        ),
        unreminded=unreminded,
        split_tasks=lambda: service.read_model(BOARD, board_queries.split_tasks) or (),
    )
