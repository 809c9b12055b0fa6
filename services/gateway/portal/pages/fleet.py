"""The fleet page: every tablet with its state, contact and sequence. Never a score."""

from flask import Response, make_response, render_template

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.gateway.portal.site import Site, page, wants_fragment
from services.gateway.reporting.fleet_report import FleetReport, TabletState, fleet_report

READERS = ("operator", "reform_desk", "unit_head", "unit_clerk")


def fleet_blueprint(site: Site) -> GuardedBlueprint:
    """The page of the tablets."""
    blueprint = guarded_blueprint(
        "fleet", __name__, url_prefix=None, guard=Page(*READERS), description="Contact and sequence of the tablets."
    )

    blueprint.add_url_rule("/fleet", "fleet", lambda: _show(site), methods=["GET"])
    return blueprint


def _show(site: Site) -> Response:
    report, silent_after = _report(site), site.silent_after.total_seconds()
    states = list(TabletState)
    if wants_fragment():
        part = render_template("fleet_fragment.html", report=report, states=states, silent_after=silent_after)
        return make_response(part)
    return page("fleet.html", report=report, states=states, silent_after=silent_after)


def _report(site: Site) -> FleetReport:
    with site.read_models.reading() as reading:
        return fleet_report(reading, now=site.clock.now(), business_day=site.today(), silent_after=site.silent_after)
