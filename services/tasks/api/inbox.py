"""The inbox of a unit: what its people are reminded of, newest first."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.chassis.domain import ConcurrencyConflict
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, current_caller, guarded_blueprint
from services.chassis.http.paging import PageQuery, after_cursor, page_of
from services.chassis.http.refusals import CursorInvalid
from services.tasks.api.service import ACTING, IS_ID, UNIT_ROLES, tasks
from services.tasks.domain import notice
from services.tasks.domain.errors import UnknownNotice
from services.tasks.domain.notice import Rule
from services.tasks.handlers.kinds import NOTICE
from services.tasks.projections.board import BOARD
from services.tasks.projections.board_queries import list_notices

blueprint = guarded_blueprint(
    "inbox",
    __name__,
    url_prefix="/api/tasks/v1/inbox",
    guard=Bearer("tasks:read"),
    description="Reminders of units.",
)

_SHOWN = (
    "notice_id",
    "task_id",
    "duty_id",
    "unit_id",
    "role",
    "due_on",
    "on",
    "at",
    "task_title",
    "report_kind",
    "report_period",
)


class InboxQuery(PageQuery):
    """Whose inbox is wanted."""

    unit_id = fields.String(required=True, validate=IS_ID)


class Inbox(Schema):
    """One page of reminders."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


class Seen(Schema):
    """A reminder that was seen."""

    notice_id = fields.String(required=True)
    acknowledged = fields.Boolean(required=True)


@blueprint.route("")
@refuses(CursorInvalid)
@blueprint.arguments(InboxQuery, location="query")
@blueprint.response(200, Inbox)
def read_inbox(query: dict[str, Any]) -> Response:
    """Read a unit's reminders; who leads sees those that went up the ladder, too."""
    service = tasks()
    after, limit = after_cursor(query["cursor"], str, str), query["limit"]
    before = (after[0], after[1]) if after else None
    desk = "tasks:lead" in current_caller().scopes
    rows = service.read_model(
        BOARD, lambda view: list_notices(view, query["unit_id"], before=before, limit=limit, desk=desk)
    )
    items, following = page_of(rows or (), limit, key=lambda row: [row.on, row.notice_id])
    rules = {rule.code: rule for rule in service.rules}
    return json_answer({"items": [_shown(row, rules) for row in items], "next": following})


@blueprint.route("/<notice_id>/acknowledgement", methods=["POST"])
@refuses(*ACTING, UnknownNotice, ConcurrencyConflict)
@blueprint.response(200, Seen)
def acknowledge(notice_id: str) -> Response:
    """Say that a reminder was seen; somebody of the unit does, or who leads."""
    service, caller = tasks(), current_caller()
    leads = "tasks:lead" in caller.scopes
    if not leads:
        caller.require("tasks:act")
    state = service.streams.load(NOTICE, notice_id).state
    if state.due is None:
        raise UnknownNotice(notice_id=notice_id)
    if not leads:
        caller.require_unit(state.due.unit_id, *UNIT_ROLES)
    at = service.clock.business_now()
    service.streams.decide(NOTICE, notice_id, lambda now: notice.acknowledge(now, by=caller.subject, at=at))
    return json_answer({"notice_id": notice_id, "acknowledged": True})


def _shown(row: Any, rules: Mapping[str, Rule]) -> dict[str, Any]:
    rule = rules.get(row.rule)
    return {
        **{name: getattr(row, name) for name in _SHOWN},
        "kind": row.rule,
        "text_vi": rule.text_vi if rule else row.rule,
        "text_en": rule.text_en if rule else row.rule,
        "acknowledged": row.acknowledged_at is not None,
    }
