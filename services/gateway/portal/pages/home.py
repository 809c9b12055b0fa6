"""The signed-in home: two sentences, each with the page behind it. Who is not signed in goes to the open results."""

from datetime import date

from flask import Response, make_response, redirect

from services.chassis.domain import Unavailable
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.portal.pages.measure import measure_of
from services.gateway.portal.site import Site, page, signed_in
from services.gateway.reporting.figures import Tally
from services.gateway.reporting.fleet_report import FleetReport, fleet_report
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS, Scope, tally_of


def home_blueprint(site: Site) -> GuardedBlueprint:
    """The first page."""
    blueprint = guarded_blueprint("home", __name__, url_prefix=None, guard=Open(), description="The first page.")

    blueprint.add_url_rule("/", "home", lambda: _home(site), methods=["GET"])
    return blueprint


def _home(site: Site) -> Response:
    if signed_in(site) is None:
        return make_response(redirect("/counter-results"))
    tally, fleet = _today(site)
    return page("home.html", tally=tally, fleet=fleet, measure=measure_of(site))


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
