"""The inbox of a unit: what its people are reminded of, and that they have seen it."""

from urllib.parse import quote, urlencode

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.gateway.portal.asked import code_asked
from services.gateway.portal.asking import NotForReader, Problem
from services.gateway.portal.names import told, unit_name
from services.gateway.portal.navigation import LEADERS, UNIT_PEOPLE
from services.gateway.portal.pages.tasks import API
from services.gateway.portal.reader import Reader, known_reader
from services.gateway.portal.site import Site, language, page, sent_by_us

PATH = "/inbox"


def inbox_blueprint(site: Site) -> GuardedBlueprint:
    """The page of the reminders."""
    guard = Page(*LEADERS, *UNIT_PEOPLE)
    blueprint = guarded_blueprint("inbox", __name__, url_prefix=None, guard=guard, description="Reminders of a unit.")
    blueprint.add_url_rule(PATH, "inbox", lambda: _show(site), methods=["GET"])
    blueprint.add_url_rule(
        f"{PATH}/<path:notice_id>/acknowledgement", "see", lambda notice_id: _see(site, notice_id), methods=["POST"]
    )
    return blueprint


def _show(site: Site, wrong: str | None = None, status: int = 200) -> Response:
    unit_id = _unit(known_reader(site))
    after = request.args.get("after")
    said = site.asking("tasks").read(f"{API}/inbox", unit_id=unit_id, cursor=after)
    return page(
        "inbox.html",
        status,
        unit_id=unit_id,
        notices=said["items"],
        following=said["next"],
        wrong=wrong,
        unit_name=unit_name(site, site.today()),
        text=lambda item, name: told(item, name, language()),
    )


def _see(site: Site, notice_id: str) -> Response:
    if not sent_by_us(site):
        return _show(site, "form.expired", 400)
    path = f"{API}/inbox/{quote(notice_id, safe='')}/acknowledgement"
    outcome = site.asking("tasks").act("POST", path, None)
    if isinstance(outcome, Problem):
        return _show(site, outcome.title, 422)
    return make_response(redirect(f"{PATH}?{urlencode({'unit': _unit(known_reader(site))})}", 303))


def _unit(reader: Reader) -> str:
    """Give the unit asked for, else the reader's own, else that of whoever leads."""
    held = sorted(it.unit_id for it in reader.account.appointments)
    unit_id = code_asked(request.values.get("unit")) or next(iter((*reader.units, *held)), None)
    if unit_id is None:
        raise NotForReader("Nobody said which unit's inbox is wanted.")
    return unit_id
