"""Reports: what units owe, who has not reported, one report with its seven fields, and the form that sends it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.chassis.ids import new_id
from services.chassis.service_client import Answer
from services.gateway.portal.asked import code_asked
from services.gateway.portal.asking import NothingThere
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.names import unit_name
from services.gateway.portal.navigation import LEADERS, UNIT_PEOPLE
from services.gateway.portal.pages.tasks import API
from services.gateway.portal.reader import known_reader
from services.gateway.portal.site import Site, page
from services.gateway.portal.standing import duty_kind
from services.gateway.portal.whole_lists import whole_list
from services.gateway.portal.wishes import Field, Refused, Typed, Wish, read_typed

PATH = "/reports"
DUTIES = f"{API}/report-duties"
WORDS = (
    "direction",
    "institutions",
    "procedures",
    "organisation",
    "staff",
    "finance",
    "modernisation",
    "difficulties",
    "proposals",
)
"""What a report says, in its order."""

_WAITING = frozenset({"open", "returned", "missing"})
_ORDER = ("missing", "returned", "open", "submitted", "approved")
SENDING = Wish(
    name="report",
    main=True,
    fields=(
        Field(name="number", kind="line"),
        Field(name="dated", kind="day"),
        Field(name="signer", kind="line", required=False),
        *(Field(name=name, required=False) for name in WORDS),
    ),
)
JUDGING: Mapping[str, Wish] = {
    "approval": Wish(name="approval", main=True, for_unit=False, fields=(Field(name="note", required=False),)),
    "return": Wish(name="return", for_unit=False, fields=(Field(name="reason"),)),
}
_DONE = frozenset({"report", *JUDGING})


def reports_blueprint(site: Site) -> GuardedBlueprint:
    """The pages of the reports."""
    guard = Page(*LEADERS, *UNIT_PEOPLE)
    blueprint = guarded_blueprint("reports", __name__, url_prefix=None, guard=guard, description="Reports of units.")
    blueprint.add_url_rule(PATH, "reports", lambda: _list(site), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/new", "new", lambda: _new(site), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/new", "send", lambda: _send(site), methods=["POST"])
    blueprint.add_url_rule(f"{PATH}/<report_id>", "report", lambda report_id: _show(site, report_id), methods=["GET"])
    blueprint.add_url_rule(
        f"{PATH}/<report_id>/<any(approval, return):wish>", "judge", lambda **at: _judge(site, **at), methods=["POST"]
    )
    return blueprint


def _list(site: Site) -> Response:
    reader = known_reader(site)
    unit_id = code_asked(request.args.get("unit"))
    if unit_id is None and not reader.leads:
        unit_id = reader.units[0] if reader.units else None
    duties = whole_list(site.asking("tasks"), DUTIES, unit_id=unit_id)
    return page(
        "reports.html",
        unit_id=unit_id,
        who=reader,
        periods=_by_period(duties),
        unit_name=unit_name(site, site.today()),
        duty_kind=duty_kind,
        waiting=_WAITING,
    )


def _by_period(duties: list[Any]) -> list[tuple[tuple[str, str], list[Any]]]:
    """Group what is owed by kind and period, the newest first; who has not reported stands first."""
    found: dict[tuple[str, str], list[Any]] = {}
    for duty in sorted(duties, key=lambda it: (it["due_on"], it["kind"]), reverse=True):
        found.setdefault((duty["kind"], duty["period"]), []).append(duty)
    return [
        (named, sorted(held, key=lambda it: (_ORDER.index(it["state"]), it["unit_id"])))
        for named, held in found.items()
    ]


def _new(site: Site, refused: Refused | None = None) -> Response:
    reader, duty_id = known_reader(site), request.values.get("duty")
    unit_duties = [it for unit_id in reader.units for it in whole_list(site.asking("tasks"), DUTIES, unit_id=unit_id)]
    duty = next((it for it in unit_duties if it["duty_id"] == duty_id), None)
    if duty is None:
        raise NothingThere("None of the reader's units owes such a report.")
    also = [
        it
        for it in unit_duties
        if it["unit_id"] == duty["unit_id"] and it["state"] in _WAITING and it["duty_id"] != duty_id
    ]
    return page(
        "report_new.html",
        status_of(refused),
        duty=duty,
        also=also,
        wish=SENDING,
        words=WORDS,
        refused=refused,
        once=new_id().hex,
        waiting=duty["state"] in _WAITING,
        unit_name=unit_name(site, site.today()),
        duty_kind=duty_kind,
        chosen=request.form.getlist("also"),
    )


def _send(site: Site) -> Response:
    typed, asking = read_typed(SENDING, request.form), site.asking("tasks")
    outcome = carried_out(
        site,
        SENDING.name,
        typed,
        lambda: asking.act("POST", f"{API}/reports", _body(typed), once=typed.kept.get("once", "")),
    )
    return _new(site, outcome) if isinstance(outcome, Refused) else _went_well(outcome, SENDING.name)


def _body(typed: Typed) -> dict[str, Any]:
    told = typed.body
    return {
        "unit_id": typed.kept.get("unit_id", ""),
        "period": typed.kept.get("period", ""),
        "discharges": [typed.kept.get("duty", ""), *request.form.getlist("also")],
        "fields": {name: told[name] for name in WORDS if name in told},
        "document": {name: told[name] for name in ("number", "dated", "signer") if name in told},
    }


def _show(site: Site, report_id: str, refused: Refused | None = None) -> Response:
    reader = known_reader(site)
    report = site.asking("tasks").read(f"{API}/reports/{quote(report_id, safe='')}")
    may = report["state"] == "submitted" and "tasks:lead" in reader.account.scopes
    done = request.args.get("done")
    return page(
        "report.html",
        status_of(refused),
        report=report,
        words=WORDS,
        wishes=list(JUDGING.values()) if may else [],
        refused=refused,
        done=done if done in _DONE else None,
        once=new_id().hex,
        unit_name=unit_name(site, site.today()),
        duty_kind=duty_kind,
    )


def _judge(site: Site, report_id: str, wish: str) -> Response:
    typed, asking = read_typed(JUDGING[wish], request.form), site.asking("tasks")
    path = f"{API}/reports/{quote(report_id, safe='')}/{wish}"
    outcome = carried_out(site, wish, typed, lambda: asking.act("POST", path, typed.body))
    return _show(site, report_id, outcome) if isinstance(outcome, Refused) else _went_well(outcome, wish)


def _went_well(outcome: Answer, wish: str) -> Response:
    return make_response(redirect(f"{PATH}/{quote(outcome.body['report_id'])}?done={wish}", 303))
