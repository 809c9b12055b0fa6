"""The first page, by role: what a unit must do next, what is late where for the desk; everybody else sees the board."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import Response, make_response, redirect

from services.chassis.domain import NotAllowed, Unavailable
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.portal.board import counts_of, target_of
from services.gateway.portal.names import unit_name
from services.gateway.portal.pages.measure import measure_of
from services.gateway.portal.pages.reports import DUTIES
from services.gateway.portal.pages.targets import API as INDICATORS
from services.gateway.portal.pages.targets import PATH as BOARD
from services.gateway.portal.pages.tasks import API as TASKS
from services.gateway.portal.reader import reader_of
from services.gateway.portal.site import Site, page
from services.gateway.portal.standing import duty_kind, standing_of
from services.gateway.portal.whole_lists import whole_list
from services.gateway.reporting.counter_sums import Scope, tally_of
from services.gateway.reporting.figures import Tally
from services.gateway.reporting.fleet_report import FleetReport, fleet_report
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS

_FIRST = 10
_PRESSING = ("overdue", "soon")
Found = TypeVar("Found")


def home_blueprint(site: Site) -> GuardedBlueprint:
    """The first page."""
    blueprint = guarded_blueprint("home", __name__, url_prefix=None, guard=Open(), description="The first page.")

    blueprint.add_url_rule("/", "home", lambda: _home(site), methods=["GET"])
    return blueprint


def _home(site: Site) -> Response:
    reader = reader_of(site)
    if reader is None:
        return make_response(redirect(BOARD))
    tally, fleet = _today(site)
    return page(
        "home.html",
        tally=tally,
        fleet=fleet,
        measure=measure_of(site),
        who=reader,
        own=[_of_unit(site, unit_id) for unit_id in reader.units],
        led=_if_there(lambda: _led(site)) if reader.leads else None,
        counts=_if_there(lambda: _board_counts(site)),
        unit_name=unit_name(site, site.today()),
        standing_of=standing_of,
        duty_kind=duty_kind,
        leads_to_fleet=reader.is_desk or bool(reader.units),
    )


def _of_unit(site: Site, unit_id: str) -> dict[str, Any]:
    """Give what a unit must do next: tasks that press or wait for its word, reports, reminders not yet seen."""
    return {"unit_id": unit_id} | (_if_there(lambda: _own(site, unit_id)) or {"away": True})


def _own(site: Site, unit_id: str) -> dict[str, Any]:
    asking = site.asking("tasks")
    pressing = [it for it in whole_list(asking, f"{TASKS}/tasks", unit_id=unit_id) if _presses(it)]
    duties = whole_list(asking, DUTIES, unit_id=unit_id)
    notices = asking.read(f"{TASKS}/inbox", unit_id=unit_id, limit="50")["items"]
    return {
        "tasks": pressing[:_FIRST],
        "further": len(pressing) - _FIRST,
        "duties": [it for it in duties if it["state"] in {"open", "returned", "missing"}],
        "unseen": sum(not it["acknowledged"] for it in notices),
    }


def _presses(task: Any) -> bool:
    return standing_of(task).group in _PRESSING or task["state"] in {"assigned", "returned"}


def _led(site: Site) -> dict[str, Any]:
    asking = site.asking("tasks")
    counts = asking.read(f"{TASKS}/tasks/summary")["items"]
    late = sorted((it for it in counts if it["overdue"]), key=lambda it: (-it["overdue"], it["unit_id"]))
    waiting = [
        task
        for state in ("reported", "refused")
        for task in asking.read(f"{TASKS}/tasks", state=state, limit=str(_FIRST))["items"]
    ]
    missing = Counter(it["unit_id"] for it in whole_list(asking, DUTIES, state="missing"))
    sent = whole_list(asking, DUTIES, state="submitted")
    return {"late": late, "waiting": waiting[:_FIRST], "missing": missing.most_common(), "sent": sent}


def _board_counts(site: Site) -> dict[str, int]:
    items = site.asking("indicators", openly=True).read(f"{INDICATORS}/targets/")["items"]
    return counts_of([target_of(it) for it in items])


def _if_there(ask: Callable[[], Found]) -> Found | None:
    """Give `None` where a service is away or does not show this to the reader: the rest of the page stands."""
    try:
        return ask()
    except (Unavailable, NotAllowed):
        return None


def _today(site: Site) -> tuple[Tally | None, FleetReport | None]:
    day = site.today()
    try:
        with site.read_models.reading() as reading:
            scope = Scope(since=date(day.year, 1, 1), until=day)
            tally = tally_of(reading.view(COUNTER_RESULTS), scope)
            fleet = fleet_report(reading, now=site.clock.now(), business_day=day, silent_after=site.silent_after)
    except Unavailable:
        return None, None
    return tally, fleet
