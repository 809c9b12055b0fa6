"""One target, or one indicator: figure, way here, units compared, arithmetic, definition and provenance."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Response

from services.chassis.domain import NotAllowed, NotFound, Unavailable
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.portal.board import Target, months_of, target_of
from services.gateway.portal.names import told, unit_name, units_now
from services.gateway.portal.pages.targets import API, BORDERS, PATH, Question, freshness_now, question_of
from services.gateway.portal.series import Line, Month, chart
from services.gateway.portal.site import Site, language, page

INDICATORS = "/indicators"
_SHARES = (0.0, 100.0)
_ABOVE = frozenset({"city_under_central_government", "province", "district"})


def target_blueprint(site: Site) -> GuardedBlueprint:
    """The pages of one target and of one indicator."""
    blueprint = guarded_blueprint("target", __name__, url_prefix=None, guard=Open(), description="One target.")
    blueprint.add_url_rule(f"{PATH}/<code>", "target", lambda code: _show_target(site, code), methods=["GET"])
    blueprint.add_url_rule(
        f"{INDICATORS}/<code>", "indicator", lambda code: _show_indicator(site, code), methods=["GET"]
    )
    return blueprint


def _show_target(site: Site, code: str) -> Response:
    question = question_of(site)
    target = target_of(
        site.asking("indicators", openly=True).read(f"{API}/targets/{quote(code, safe='')}", **question.query())
    )
    indicator = target.told["indicator"]
    figures = None if indicator is None else _figures(site, indicator["code"], question)
    return page(
        "target.html",
        target=target,
        line=_line(target.months, target.told["value"], target.told["unit"]),
        figures=figures,
        units=_units(site, figures),
        duties=_duties(site, target),
        **_shared_parts(site, question, f"{PATH}/{quote(code)}"),
    )


def _show_indicator(site: Site, code: str) -> Response:
    question = question_of(site)
    indicator = site.asking("indicators", openly=True).read(f"{API}/indicators/{quote(code, safe='')}")
    figures = _figures(site, code, question)
    definition = figures["indicator"]["definition"]
    months = months_of(figures["series"])
    return page(
        "indicator.html",
        indicator=indicator,
        definition=definition,
        figures=figures,
        months=months,
        line=_line(months, None, definition["unit"]),
        units=_units(site, figures),
        **_shared_parts(site, question, f"{INDICATORS}/{quote(code)}"),
    )


def _shared_parts(site: Site, question: Question, path: str) -> dict[str, Any]:
    return {
        "question": question,
        "path": path,
        "borders": BORDERS,
        "freshness": freshness_now(site),
        "unit_name": unit_name(site, question.day),
        "text": lambda item, name: told(item, name, language()),
        "csv_of": lambda code: _csv(question, code),
    }


def _figures(site: Site, code: str, question: Question) -> Any:
    path = f"{API}/indicators/{quote(code, safe='')}/figures"
    return site.asking("indicators", openly=True).read(path, **question.query())


def _line(months: tuple[Month, ...], goal: float | None, unit: str | None) -> Line | None:
    return chart(months, goal, within=_SHARES if unit == "percent" else None)


def _units(site: Site, figures: Any) -> list[Any]:
    """Give the units that have a figure, the greatest first; who stands above them holds the same facts once more."""
    if figures is None:
        return []
    units = units_now(site)
    above = {unit_id for unit_id, record in units.items() if record.kind in _ABOVE}
    known = [it for it in figures["units"] if it["value"] is not None and it["unit_id"] not in above]
    return sorted(known, key=lambda it: (-it["value"], it["name_vi"]))


def _duties(site: Site, target: Target) -> list[Any]:
    """Give the duties of the plan that serve a target; none where the tasks service does not say."""
    plan_id = target.told.get("plan_id")
    if not plan_id:
        return []
    try:
        plan = site.asking("tasks", openly=True).read(f"/api/tasks/v1/plans/{quote(plan_id, safe='')}")
    except (Unavailable, NotFound, NotAllowed):
        return []
    duties = [duty for paragraph in plan["paragraphs"] for duty in paragraph["duties"]]
    return [duty for duty in duties if target.told["code"] in duty["linked_target_codes"]]


def _csv(question: Question, code: str) -> str:
    asked = {name: value for name, value in question.query().items() if value}
    return f"/figures.csv?{urlencode({'indicator': code, **asked})}"
