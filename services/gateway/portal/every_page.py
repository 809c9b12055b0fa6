"""Every page of the portal: a visible table, so that none is served by being imported."""

from collections.abc import Callable

from services.chassis.http.blueprints import GuardedBlueprint
from services.gateway.portal.pages.clients import clients_blueprint
from services.gateway.portal.pages.counter_results import counter_results_blueprint
from services.gateway.portal.pages.entrance import entrance_blueprint
from services.gateway.portal.pages.figures import figures_blueprint
from services.gateway.portal.pages.fleet import fleet_blueprint
from services.gateway.portal.pages.home import home_blueprint
from services.gateway.portal.pages.inbox import inbox_blueprint
from services.gateway.portal.pages.measurement import measurement_blueprint
from services.gateway.portal.pages.measurements import measurements_blueprint
from services.gateway.portal.pages.people import people_blueprint
from services.gateway.portal.pages.person import person_blueprint
from services.gateway.portal.pages.plan import plan_blueprint
from services.gateway.portal.pages.registers import registers_blueprint
from services.gateway.portal.pages.reports import reports_blueprint
from services.gateway.portal.pages.target import target_blueprint
from services.gateway.portal.pages.targets import targets_blueprint
from services.gateway.portal.pages.task import task_blueprint
from services.gateway.portal.pages.tasks import tasks_blueprint
from services.gateway.portal.pages.unit import unit_blueprint
from services.gateway.portal.site import Site

EVERY_PAGE: tuple[Callable[[Site], GuardedBlueprint], ...] = (
    home_blueprint,
    entrance_blueprint,
    targets_blueprint,
    target_blueprint,
    figures_blueprint,
    plan_blueprint,
    tasks_blueprint,
    task_blueprint,
    inbox_blueprint,
    reports_blueprint,
    measurements_blueprint,
    measurement_blueprint,
    registers_blueprint,
    unit_blueprint,
    counter_results_blueprint,
    fleet_blueprint,
    people_blueprint,
    person_blueprint,
    clients_blueprint,
)
