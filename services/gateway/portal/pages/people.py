"""People and their roles: everybody, and the form by which somebody is registered."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.chassis.service_client import Answer
from services.gateway.identity.accounts import SCOPES_OF_ROLES
from services.gateway.portal.asking import Asking
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.names import unit_name, units_now, units_to_choose
from services.gateway.portal.people_wishes import REGISTER, ROLES, with_appointments
from services.gateway.portal.reader import known_reader
from services.gateway.portal.site import Site, language, page
from services.gateway.portal.wishes import Refused, read_typed
from services.gateway.portal.words import say

API = "/api/directory/v1"
PATH = "/people"
READERS = tuple(role for role, scopes in SCOPES_OF_ROLES.items() if "directory:read" in scopes)
_PAGES_AT_MOST = 20


def people_blueprint(site: Site) -> GuardedBlueprint:
    """The page of everybody."""
    guard = Page(*READERS)
    blueprint = guarded_blueprint("people_page", __name__, url_prefix=None, guard=guard, description="Everybody.")
    blueprint.add_url_rule(PATH, "people", lambda: _show(site), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/register", "register", lambda: _register(site), methods=["POST"])
    return blueprint


def _show(site: Site, refused: Refused | None = None, made: Mapping[str, str] | None = None) -> Response:
    return page(
        "people.html",
        status_of(refused),
        people=everybody(site),
        wish=REGISTER,
        refused=refused,
        made=made,
        **shared(site),
    )


def _register(site: Site) -> Response:
    typed = read_typed(REGISTER, request.form)
    body = with_appointments(typed)
    outcome = carried_out(site, REGISTER.name, typed, lambda: directory(site).act("POST", f"{API}/people", body))
    if isinstance(outcome, Refused):
        return _show(site, outcome)
    return _show(site, made={"name": typed.kept["display_name"], "link": link_of(outcome)})


def directory(site: Site) -> Asking:
    """Give the way to the directory, as the reader."""
    return site.asking("directory")


def everybody(site: Site) -> list[Any]:
    """Give everybody in order of their names, who was erased last."""
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(_PAGES_AT_MOST):
        told = directory(site).read(f"{API}/people", limit="200", cursor=cursor)
        found += told["items"]
        if (cursor := told["next"]) is None:
            break
    return sorted(found, key=lambda who: (who["state"] == "erased", who["display_name"].casefold()))


def link_of(made: Answer) -> str:
    """Give the whole address of a one-time link."""
    return request.host_url.rstrip("/") + str(made.body["set_up_path"])


def shared(site: Site) -> dict[str, Any]:
    """Give what every page of people shows: who reads it, units and their names, roles."""
    today, spoken, account = site.today(), language(), known_reader(site).account
    named = unit_name(site, today)
    whole = say(spoken, "people.every_unit")
    return {
        "may_change": "directory:admin" in account.scopes,
        "reader_id": account.account_id,
        "units": [*units_to_choose(units_now(site), today), ("*", whole)],
        "unit_name": lambda unit_id: whole if unit_id == "*" else named(unit_id),
        "roles": [(role, say(spoken, f"role.{role}")) for role in ROLES],
    }
