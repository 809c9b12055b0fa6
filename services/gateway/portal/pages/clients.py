"""Programs that call: every one, the form by which one is registered, and its secret, shown once."""

from typing import Any
from urllib.parse import quote

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.chassis.service_client import Answer
from services.gateway.portal.navigation import DESK
from services.gateway.portal.pages.people import API, PATH, directory, shared
from services.gateway.portal.people_wishes import REGISTER_CLIENT, REVOKE, SCOPES, of_client
from services.gateway.portal.site import Site, page, sent_by_us
from services.gateway.portal.wishes import Refused, read_typed, refused_by

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


def _show(site: Site, refused: Refused | None = None, status: int = 200, **parts: Any) -> Response:
    return page(
        "clients.html",
        status,
        clients=directory(site).read(f"{API}/clients")["items"],
        wish=REGISTER_CLIENT,
        revoke=REVOKE,
        scopes=SCOPES,
        chosen=parts.get("chosen", ()),
        refused=refused,
        made=parts.get("made"),
        done=request.args.get("done") == REVOKE.name,
        **shared(site),
    )


def _register(site: Site) -> Response:
    typed, chosen = read_typed(REGISTER_CLIENT, request.form), request.form.getlist("scopes")
    body = of_client(typed, chosen)
    name = REGISTER_CLIENT.name
    if not sent_by_us(site):
        return _show(site, Refused(wish=name, kept=typed.kept, whole="form.expired"), 400, chosen=chosen)
    if typed.wrong:
        return _show(site, Refused(wish=name, kept=typed.kept, fields=typed.wrong), 422, chosen=chosen)
    outcome = directory(site).act("POST", f"{API}/clients", body)
    if not isinstance(outcome, Answer):
        return _show(site, refused_by(name, typed, outcome), 422, chosen=chosen)
    return _show(site, made=outcome.body)


def _revoke(site: Site, client_id: str) -> Response:
    if not sent_by_us(site):
        return _show(site, Refused(wish=REVOKE.name, kept={}, whole="form.expired"), 400)
    outcome = directory(site).act("POST", f"{API}/clients/{quote(client_id, safe='')}/revocation", None)
    if not isinstance(outcome, Answer):
        return _show(site, Refused(wish=REVOKE.name, kept={}, whole=outcome.title), 422)
    return make_response(redirect(f"{_AT}?done={REVOKE.name}", 303))
