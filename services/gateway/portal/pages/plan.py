"""The open plan: paragraph by paragraph what it asks of whom until when, and how far the tasks made of it are."""

from typing import Any
from urllib.parse import quote

from flask import Response, make_response, redirect

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.portal.asking import NothingThere
from services.gateway.portal.names import told, unit_name
from services.gateway.portal.pages.tasks import API
from services.gateway.portal.reader import reader_of
from services.gateway.portal.site import Site, language, page

PATH = "/plans"
_MANY = 8


def plan_blueprint(site: Site) -> GuardedBlueprint:
    """The pages of the plans."""
    blueprint = guarded_blueprint("plans", __name__, url_prefix=None, guard=Open(), description="Plan documents.")
    blueprint.add_url_rule(PATH, "plans", lambda: _newest(site), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/<plan_id>", "plan", lambda plan_id: _show(site, plan_id), methods=["GET"])
    return blueprint


def _newest(site: Site) -> Response:
    plans = site.asking("tasks", openly=True).read(f"{API}/plans")["items"]
    if not plans:
        raise NothingThere("No plan was taken in yet.")
    newest = max(plans, key=lambda it: it["issued_on"])
    return make_response(redirect(f"{PATH}/{quote(newest['plan_id'])}"))


def _show(site: Site, plan_id: str) -> Response:
    plan = site.asking("tasks", openly=True).read(f"{API}/plans/{quote(plan_id, safe='')}")
    reader = reader_of(site)
    return page(
        "plan.html",
        plan=plan,
        sections=_sections(plan),
        counts=_counts(plan),
        text=lambda item, name: told(item, name, language()),
        unit_name=unit_name(site, site.today()),
        many=_MANY,
        may_see_tasks=reader is not None and (reader.leads or bool(reader.units)),
    )


def _sections(plan: Any) -> list[tuple[Any, list[Any]]]:
    """Give the paragraphs of each section, in the plan's own order."""
    known = {it["code"]: it for it in plan["sections"]}
    found: dict[str, list[Any]] = {}
    for paragraph in plan["paragraphs"]:
        found.setdefault(paragraph["duties"][0]["section"], []).append(paragraph)
    return [(known.get(code, {"code": code}), paragraphs) for code, paragraphs in found.items()]


def _counts(plan: Any) -> dict[str, int]:
    duties = [duty for paragraph in plan["paragraphs"] for duty in paragraph["duties"]]
    sums = {name: sum(duty["tasks"][name] for duty in duties) for name in ("total", "completed", "overdue", "open")}
    return {"duties": len(duties), **sums}
