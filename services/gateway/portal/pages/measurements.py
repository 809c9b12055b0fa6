"""Official measurements: what waits for a decision, all of them, and the form that brings one."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Page, guard, guarded_blueprint
from services.chassis.ids import new_id
from services.gateway.portal.asked import choice_asked, code_asked
from services.gateway.portal.asking import Asking
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.measurement_wishes import (
    SUBMISSION,
    beside,
    brings_any,
    may_bring,
    may_judge,
    with_document,
)
from services.gateway.portal.names import told, unit_name, units_now, units_to_choose
from services.gateway.portal.navigation import DESK, FIGURE_READERS, UNIT_PEOPLE
from services.gateway.portal.pages.targets import API
from services.gateway.portal.reader import Reader, known_reader
from services.gateway.portal.site import Site, language, page
from services.gateway.portal.standing import MEASUREMENT_STAGES, measurement_kind
from services.gateway.portal.whole_lists import whole_list
from services.gateway.portal.wishes import Refused, read_typed

PATH = "/measurements"
LIST = f"{API}/measurements/"
_BY_HAND = frozenset({"manual", "published_index"})
_YEARS = 3
_PARTS = ("", "H1", "H2", "9M", "Q1", "Q2", "Q3", "Q4", *(f"{month:02}" for month in range(1, 13)))


def measurements_blueprint(site: Site) -> GuardedBlueprint:
    """The pages of the official measurements."""
    readers = Page(*FIGURE_READERS)
    blueprint = guarded_blueprint(
        "measurements_page", __name__, url_prefix=None, guard=readers, description="Official figures."
    )
    bringers = guard(Page(*DESK, *UNIT_PEOPLE))
    blueprint.add_url_rule(PATH, "measurements", lambda: _list(site), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/new", "new", bringers(lambda: _new(site)), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/new", "send", bringers(lambda: _send(site)), methods=["POST"])
    return blueprint


def _definitions(site: Site) -> dict[str, Any]:
    """Give how each indicator is counted today, by its code; those that are told by hand first."""
    items = site.asking("indicators", openly=True).read(f"{API}/indicators/")["items"]
    ordered = sorted(items, key=lambda it: it["definition"]["source"] not in _BY_HAND)
    return {it["code"]: it["definition"] for it in ordered}


def shared(site: Site) -> dict[str, Any]:
    """Give what every page of measurements shows: names of indicators and units, and how a stage is drawn."""
    return {
        "definitions": _definitions(site),
        "unit_name": unit_name(site, site.today()),
        "measurement_kind": measurement_kind,
        "text": lambda item, name: told(item, name, language()),
    }


def _list(site: Site) -> Response:
    asking, reader = site.asking("indicators"), known_reader(site)
    stage = choice_asked(request.args.get("stage"), ("", *MEASUREMENT_STAGES))
    indicator, after = code_asked(request.args.get("indicator")), request.args.get("after")
    said = asking.read(LIST, stage=stage, indicator=indicator, cursor=after, limit="100")
    first = {} if stage or after else _to_do(asking, reader, indicator)
    above = {it["measurement_id"] for held in first.values() for it in held}
    return page(
        "measurements.html",
        stage=stage,
        stages=MEASUREMENT_STAGES,
        indicator=indicator,
        asked=bool(stage or indicator),
        first=first,
        judges=may_judge(reader),
        brings=may_bring(reader),
        others=[it for it in said["items"] if it["measurement_id"] not in above],
        further=_further(stage, indicator, said["next"]),
        **shared(site),
    )


def _to_do(asking: Asking, reader: Reader, indicator: str | None) -> dict[str, list[Any]]:
    """Give what waits for the reader: what they decide on, and what came back to their units."""
    found: dict[str, list[Any]] = {}
    if may_judge(reader):
        found |= {
            stage: whole_list(asking, LIST, stage=stage, indicator=indicator) for stage in ("submitted", "approved")
        }
    of_units = [whole_list(asking, LIST, unit_id=it, indicator=indicator) for it in reader.units]
    found["returned"] = [it for held in of_units for it in _newest_of_cells(held) if it["stage"] == "returned"]
    return {stage: held for stage, held in found.items() if held}


def _newest_of_cells(items: Iterable[Any]) -> list[Any]:
    """Give the last measurement of each indicator, unit and period."""
    newest: dict[str, tuple[int, Any]] = {}
    for it in items:
        cell, _, n = it["measurement_id"].rpartition(".")
        if int(n) > newest.get(cell, (0, None))[0]:
            newest[cell] = (int(n), it)
    return [it for _, it in newest.values()]


def _further(stage: str, indicator: str | None, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    asked = {"stage": stage, "indicator": indicator, "after": cursor}
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"


def _new(site: Site, refused: Refused | None = None) -> Response:
    reader, today = known_reader(site), site.today()
    shown = refused or Refused(wish=SUBMISSION.name, kept=dict(request.args))
    parts = shared(site)
    named = parts["unit_name"]
    every = units_to_choose(units_now(site), today)
    return page(
        "measurement_new.html",
        status_of(refused),
        wish=SUBMISSION,
        refused=refused,
        shown=shown,
        once=new_id().hex,
        units=every if brings_any(reader) else [(it, named(it)) for it in reader.units],
        periods=_periods(today, shown.kept.get("period")),
        **parts,
    )


def _periods(today: date, kept: str | None) -> list[str]:
    """Give the periods that have begun, this year's first, and one that was asked for in the address."""
    begun = [
        f"{year}-{part}".removesuffix("-")
        for year in range(today.year, today.year - _YEARS, -1)
        for part in _PARTS
        if (year, _first_month(part)) <= (today.year, today.month)
    ]
    return [*begun, kept] if kept and kept not in begun else begun


def _first_month(part: str) -> int:
    match part[:1]:
        case "Q":
            return 3 * int(part[1]) - 2
        case "H":
            return 6 * int(part[1]) - 5
        case "0" | "1":
            return int(part)
        case _:
            return 1


def _send(site: Site) -> Response:
    typed, asking = read_typed(SUBMISSION, request.form), site.asking("indicators")
    body, once = with_document(typed), typed.kept.get("once", "")
    outcome = carried_out(
        site, SUBMISSION.name, typed, lambda: asking.act("POST", LIST, body, once=once), beside=beside(typed)
    )
    if isinstance(outcome, Refused):
        return _new(site, outcome)
    made = quote(outcome.body["measurement_id"], safe="")
    return make_response(redirect(f"{PATH}/{made}?done={SUBMISSION.name}", 303))
