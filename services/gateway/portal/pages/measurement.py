"""One official measurement: its figure and what it rests on, who acts next, and what the reader may do, as forms."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guarded_blueprint
from services.chassis.ids import new_id
from services.gateway.portal.asking import NothingThere
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.measurement_wishes import (
    CORRECTION,
    OF_ONE,
    SUBMISSION,
    beside,
    brings_for,
    may_judge,
    offered,
    with_document,
)
from services.gateway.portal.navigation import FIGURE_READERS
from services.gateway.portal.pages.measurements import LIST, PATH, shared
from services.gateway.portal.reader import known_reader
from services.gateway.portal.site import Site, page
from services.gateway.portal.whole_lists import whole_list
from services.gateway.portal.wishes import Refused, read_typed

_AT = f"{PATH}/<measurement_id>"
_DONE = frozenset({SUBMISSION.name, *OF_ONE})
_WAITING = frozenset({"submitted", "approved"})


def measurement_blueprint(site: Site) -> GuardedBlueprint:
    """The page of one measurement, and where its forms are sent."""
    readers = Page(*FIGURE_READERS)
    blueprint = guarded_blueprint(
        "measurement_page", __name__, url_prefix=None, guard=readers, description="One official figure."
    )
    blueprint.add_url_rule(_AT, "measurement", lambda measurement_id: _show(site, measurement_id), methods=["GET"])
    blueprint.add_url_rule(f"{_AT}/<wish>", "act", lambda **at: _act(site, **at), methods=["POST"])
    return blueprint


def _show(site: Site, measurement_id: str, refused: Refused | None = None) -> Response:
    asking, reader = site.asking("indicators"), known_reader(site)
    it = asking.read(_path(measurement_id))
    others = [one for one in whole_list(asking, LIST, **_cell(it)) if one["measurement_id"] != it["measurement_id"]]
    waiting = next((one for one in others if one["stage"] in _WAITING), None)
    wishes = [wish for wish in offered(it, reader) if wish is not CORRECTION or waiting is None]
    done = request.args.get("done")
    return page(
        "measurement.html",
        status_of(refused),
        it=it,
        others=others,
        waiting=waiting,
        wishes=wishes,
        judges=may_judge(reader),
        anew=None if waiting else _anew(it) if brings_for(reader, it["unit_id"]) else None,
        refused=refused,
        done=done if done in _DONE else None,
        once=new_id().hex,
        **shared(site),
    )


def _cell(it: Any) -> dict[str, str]:
    return {name: it[name] for name in ("indicator", "unit_id", "period")}


def _anew(it: Any) -> str | None:
    """Give the address of the form that brings a figure again: one that came back, or one of a period opened again."""
    if it["stage"] != "returned" and not (it["stage"] == "published" and it["reopened"]):
        return None
    counted = ("numerator", "denominator") if it["numerator"] is not None else ("value",)
    return f"{PATH}/new?{urlencode(_cell(it) | {name: _typed(it[name]) for name in counted})}"


def _typed(number: float | None) -> str:
    """Write a number as people type it: 1904 or 92,4."""
    if number is None:
        return ""
    plain = f"{Decimal(repr(float(number))):f}"
    return plain.removesuffix(".0").replace(".", ",")


def _act(site: Site, measurement_id: str, wish: str) -> Response:
    if (wanted := OF_ONE.get(wish)) is None:
        raise NothingThere("A measurement takes no such form.")
    typed, asking = read_typed(wanted, request.form), site.asking("indicators")
    body, once, path = with_document(typed), typed.kept.get("once", ""), f"{_path(measurement_id)}/{wish}"
    outcome = carried_out(site, wish, typed, lambda: asking.act("POST", path, body, once=once), beside=beside(typed))
    if isinstance(outcome, Refused):
        return _show(site, measurement_id, outcome)
    return make_response(redirect(f"{PATH}/{quote(outcome.body['measurement_id'], safe='')}?done={wish}", 303))


def _path(measurement_id: str) -> str:
    return f"{LIST}{quote(measurement_id, safe='')}"
