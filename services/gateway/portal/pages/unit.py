"""One unit: what it is and was, how its tasks stand, which reports it owes. What is no secret is open."""

from typing import Any

from flask import Response

from services.chassis.domain import NotAllowed, Unavailable
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.directory.domain.records import name_on, parent_on
from services.gateway.portal.asking import NothingThere
from services.gateway.portal.names import unit_name, units_now
from services.gateway.portal.pages.reports import DUTIES
from services.gateway.portal.pages.tasks import API
from services.gateway.portal.reader import reader_of
from services.gateway.portal.site import Site, page
from services.gateway.portal.standing import duty_kind, standing_of
from services.gateway.portal.whole_lists import whole_list


def unit_blueprint(site: Site) -> GuardedBlueprint:
    """The page of a unit."""
    blueprint = guarded_blueprint("unit", __name__, url_prefix=None, guard=Open(), description="One unit.")
    blueprint.add_url_rule("/units/<unit_id>", "unit", lambda unit_id: _show(site, unit_id), methods=["GET"])
    return blueprint


def _show(site: Site, unit_id: str) -> Response:
    today = site.today()
    if (record := units_now(site).get(unit_id)) is None:
        raise NothingThere("The directory knows no such unit.")
    return page(
        "unit.html",
        unit=record,
        name=name_on(record, today),
        parent_id=parent_on(record, today),
        work=_work(site, unit_id),
        unit_name=unit_name(site, today),
        standing_of=standing_of,
        duty_kind=duty_kind,
    )


def _work(site: Site, unit_id: str) -> dict[str, Any] | None:
    """Give a unit's tasks and reports to those who may see them, `None` to others and while nobody can say."""
    reader = reader_of(site)
    if reader is None or not (reader.leads or reader.units):
        return None
    try:
        asking = site.asking("tasks")
        counts = asking.read(f"{API}/tasks/summary", unit_id=unit_id)["items"]
        late = asking.read(f"{API}/tasks", unit_id=unit_id, overdue="true", limit="20")["items"]
        duties = whole_list(asking, DUTIES, unit_id=unit_id)
    except (Unavailable, NotAllowed):
        return None
    newest = sorted(duties, key=lambda it: it["due_on"], reverse=True)
    return {"counts": counts[0] if counts else None, "late": late, "duties": newest}
