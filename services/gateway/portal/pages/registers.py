"""Registers: dated lists whose counts are figures; everybody reads them, units write entries of their own."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, Page, guard, guarded_blueprint
from services.chassis.ids import new_id
from services.chassis.service_client import Answer
from services.gateway.portal.asked import code_asked, day_asked
from services.gateway.portal.asking import NotForReader, Problem
from services.gateway.portal.carrying_out import carried_out, status_of
from services.gateway.portal.formats import Language
from services.gateway.portal.names import told, unit_name, units_now, units_to_choose
from services.gateway.portal.navigation import DESK, UNIT_PEOPLE
from services.gateway.portal.pages.targets import API
from services.gateway.portal.reader import known_reader, reader_of
from services.gateway.portal.site import Site, language, page
from services.gateway.portal.wishes import Field, Kind, Refused, Typed, Wish, read_typed

PATH = "/registers"
_KINDS: dict[str, Kind] = {"number": "number", "date": "day", "choice": "choice", "boolean": "yes"}
_CLOSING = Wish(name="closing", grave=True, fields=(Field(name="reason"),))
_WRITERS = (*DESK, *UNIT_PEOPLE)
_SHOWN_COLUMNS = 4


def registers_blueprint(site: Site) -> GuardedBlueprint:
    """The pages of the registers."""
    blueprint = guarded_blueprint("registers", __name__, url_prefix=None, guard=Open(), description="Registers.")
    writers = guard(Page(*_WRITERS))
    blueprint.add_url_rule(PATH, "registers", lambda: _list(site), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/<code>", "register", lambda code: _show(site, code), methods=["GET"])
    blueprint.add_url_rule(f"{PATH}/<code>", "enter", writers(lambda code: _enter(site, code)), methods=["POST"])
    blueprint.add_url_rule(
        f"{PATH}/<code>/<entry_id>/closing", "close", writers(lambda **at: _close(site, **at)), methods=["POST"]
    )
    return blueprint


def _list(site: Site) -> Response:
    items = site.asking("indicators").read(f"{API}/registers/")["items"]
    return page("registers.html", items=items, text=lambda item, name: told(item, name, language()))


def _show(site: Site, code: str, refused: Refused | None = None) -> Response:
    asking, today = site.asking("indicators"), site.today()
    register = asking.read(_path(code))
    day, unit_id = day_asked(request.args.get("as_of"), today), code_asked(request.args.get("unit"))
    said = asking.read(
        f"{_path(code)}/entries",
        unit_id=unit_id,
        as_of=None if day == today else day.isoformat(),
        cursor=request.args.get("after"),
        limit="100",
    )
    reader = reader_of(site)
    return page(
        "register.html",
        status_of(refused),
        register=register,
        form=register["form"],
        columns=register["form"]["fields"][:_SHOWN_COLUMNS],
        entries=said["items"],
        further=_further(code, said["next"]),
        day=day,
        unit_id=unit_id,
        wish=_writing(register, language()) if reader is not None and reader.units else None,
        closing=_CLOSING,
        who=reader,
        refused=refused,
        done=request.args.get("done"),
        once=new_id().hex,
        unit_name=unit_name(site, day),
        units=units_to_choose(units_now(site), day),
        text=lambda item, name: told(item, name, language()),
    )


def _further(code: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    asked = {"unit": request.args.get("unit"), "as_of": request.args.get("as_of"), "after": cursor}
    return f"{PATH}/{quote(code)}?{urlencode({name: value for name, value in asked.items() if value})}"


def _writing(register: Any, spoken: Language) -> Wish:
    """Make the form of an entry from what the register says it holds."""
    fields = tuple(
        Field(
            name=it["code"],
            kind=_KINDS.get(it["kind"], "line"),
            required=it["required"],
            choices=tuple(it["choices"]),
            label=told(it, "name", spoken),
        )
        for it in register["form"]["fields"]
    )
    return Wish(name="entry", main=True, fields=fields)


def _enter(site: Site, code: str) -> Response:
    register = site.asking("indicators").read(_path(code))
    typed = read_typed(_writing(register, language()), request.form)
    outcome = carried_out(site, "entry", typed, lambda: _send(site, code, typed))
    if isinstance(outcome, Refused):
        return _show(site, code, outcome)
    return make_response(redirect(f"{PATH}/{quote(code)}?done=entry", 303))


def _send(site: Site, code: str, typed: Typed) -> Answer | Problem:
    reader = known_reader(site)
    if not reader.units:
        raise NotForReader("Only somebody of a unit writes entries.")
    unit_id = reader.acting_unit(typed.kept.get("unit_id", "")) or reader.units[0]
    body = {"entry_id": typed.kept.get("once") or new_id().hex, "unit_id": unit_id, "values": typed.body}
    return site.asking("indicators").act("POST", f"{_path(code)}/entries", body)


def _close(site: Site, code: str, entry_id: str) -> Response:
    typed, asking = read_typed(_CLOSING, request.form), site.asking("indicators")
    path = f"{_path(code)}/entries/{quote(entry_id, safe='')}/closing"
    outcome = carried_out(site, f"closing-{entry_id}", typed, lambda: asking.act("POST", path, typed.body))
    if isinstance(outcome, Refused):
        return _show(site, code, outcome)
    return make_response(redirect(f"{PATH}/{quote(code)}?done=closing", 303))


def _path(code: str) -> str:
    return f"{API}/registers/{quote(code, safe='')}"
