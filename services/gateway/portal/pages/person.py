"""One person: the roles they hold and held, whom they let act for them, and everything that may be changed, as forms."""

from typing import Any

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.chassis.service_client import Answer
from services.gateway.portal.asking import NothingThere, Problem
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.pages.people import API, PATH, READERS, directory, everybody, link_of, shared
from services.gateway.portal.people_wishes import DELEGATE, ERASE, LINK, OF_A_PERSON, of_delegation
from services.gateway.portal.site import Site, page
from services.gateway.portal.wishes import Refused, Typed, Wish, read_typed

_AT = f"{PATH}/<uuid:person_id>"
_NUMBERED = {"ending": "appointments", "taking-back": "delegations"}
_DONE = frozenset(OF_A_PERSON) - {LINK.name}


def person_blueprint(site: Site) -> GuardedBlueprint:
    """The page of one person, and where its forms are sent."""
    guard = Page(*READERS)
    blueprint = guarded_blueprint("person_page", __name__, url_prefix=None, guard=guard, description="One person.")
    blueprint.add_url_rule(_AT, "person", lambda person_id: _show(site, str(person_id)), methods=["GET"])
    blueprint.add_url_rule(
        f"{_AT}/<wish>", "change", lambda person_id, wish: _change(site, str(person_id), wish), methods=["POST"]
    )
    return blueprint


def _show(site: Site, person_id: str, refused: Refused | None = None, link: str | None = None) -> Response:
    person = directory(site).read(f"{API}/people/{person_id}")
    others = [who for who in everybody(site) if who["person_id"] != person_id]
    return page(
        "person.html",
        status_of(refused),
        person=person,
        others=others,
        names={who["person_id"]: who["display_name"] for who in others},
        wishes=OF_A_PERSON,
        refused=refused,
        link=link,
        done=request.args.get("done") if request.args.get("done") in _DONE else None,
        **shared(site),
    )


def _change(site: Site, person_id: str, name: str) -> Response:
    if (wish := OF_A_PERSON.get(name)) is None:
        raise NothingThere("A person takes no such form.")
    typed = read_typed(wish, request.form)
    if wish == ERASE and not typed.body["sure"]:
        typed.wrong["sure"] = "person.erasure.not_sure"
    outcome = carried_out(site, name, typed, lambda: _send(site, person_id, wish, typed))
    if isinstance(outcome, Refused):
        return _show(site, person_id, outcome)
    if wish == LINK:
        return _show(site, person_id, link=link_of(outcome))
    return make_response(redirect(f"{PATH}/{person_id}?done={name}", 303))


def _send(site: Site, person_id: str, wish: Wish, typed: Typed) -> Answer | Problem:
    at = f"{API}/people/{person_id}"
    body: dict[str, Any] | None = dict(typed.body)
    if (list_of := _NUMBERED.get(wish.name)) is not None:
        path = f"{at}/{list_of}/{_number(typed)}/ending"
    else:
        path = f"{at}/{wish.name}"
    if wish == DELEGATE:
        body = of_delegation(typed)
    elif wish in {LINK, ERASE}:
        body = None
    return directory(site).act("POST", path, body)


def _number(typed: Typed) -> int:
    written = typed.kept.get("n", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 0
