"""Programs that call: every one, the form by which one is registered, and its secret, shown once."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.navigation import DESK
from services.gateway.portal.pages.people import API, PATH, directory, shared
from services.gateway.portal.people_wishes import REGISTER_CLIENT, REVOKE, SCOPES, of_client
from services.gateway.portal.site import Site, page
from services.gateway.portal.wishes import Refused, read_typed

_AT = f"{PATH}/clients"


def clients_blueprint(site: Site) -> GuardedBlueprint:
    """The page of programs."""
    guard = Page(*sorted(DESK))
    blueprint = guarded_blueprint("clients_page", __name__, url_prefix=None, guard=guard, description="Programs.")
    blueprint.add_url_rule(_AT, "clients", lambda: _show(site), methods=["GET"])
    blueprint.add_url_rule(_AT, "register", lambda: _register(site), methods=["POST"])
    blueprint.add_url_rule(
        f"{_AT}/<client_id>/revocation", "revoke", lambda client_id: _revoke(site, client_id), methods=["POST"]
    )
    return blueprint


def _show(
    site: Site, refused: Refused | None = None, *, chosen: Sequence[str] = (), made: Mapping[str, Any] | None = None
) -> Response:
    return page(
        "clients.html",
        status_of(refused),
        clients=directory(site).read(f"{API}/clients")["items"],
        wish=REGISTER_CLIENT,
        revoke=REVOKE,
        scopes=SCOPES,
        chosen=chosen,
        refused=refused,
        made=made,
        done=request.args.get("done") == REVOKE.name,
        **shared(site),
    )


def _register(site: Site) -> Response:
    typed, chosen = read_typed(REGISTER_CLIENT, request.form), request.form.getlist("scopes")
    body = of_client(typed, chosen)
    outcome = carried_out(
        site, REGISTER_CLIENT.name, typed, lambda: directory(site).act("POST", f"{API}/clients", body)
    )
    if isinstance(outcome, Refused):
        return _show(site, outcome, chosen=chosen)
    return _show(site, made=outcome.body)


def _revoke(site: Site, client_id: str) -> Response:
    path = f"{API}/clients/{quote(client_id, safe='')}/{REVOKE.name}"
    typed = read_typed(REVOKE, request.form)
    outcome = carried_out(site, REVOKE.name, typed, lambda: directory(site).act("POST", path, None))
    if isinstance(outcome, Refused):
        return _show(site, outcome)
    return make_response(redirect(f"{_AT}?done={REVOKE.name}", 303))
