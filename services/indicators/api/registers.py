"""Everybody reads registers; who leads the plan defines them, and units write entries, whose counts are figures."""

from datetime import date
from typing import Any

import msgspec
from flask import Response

from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import seen_version, versioned, with_etag
from services.chassis.http.guards import Bearer, Open, guard, guarded_blueprint
from services.chassis.http.paging import after_cursor, page_of
from services.chassis.identity.refusals import UnitNotYours
from services.chassis.streams import Versioned
from services.indicators.api.register_schemas import (
    EntriesQuery,
    EntryAnswer,
    EntryClosing,
    EntryList,
    EntryWriting,
    NewEntry,
    RegisterDefinition,
    RegisterList,
    RegisterState,
)
from services.indicators.api.service import (
    indicators,
    now,
    require_answerable,
    require_known_unit,
    sources,
    today,
)
from services.indicators.domain.commands import AmendEntry, CloseEntry, DefineRegister, EnterInRegister
from services.indicators.domain.errors import (
    EntryExists,
    EntryInvalid,
    EntryIsClosed,
    RegisterExists,
    RegisterInvalid,
    UnknownEntry,
    UnknownIndicator,
    UnknownRegister,
    UnknownUnit,
)
from services.indicators.domain.register import Entry, entry_name
from services.indicators.domain.register_events import RegisterForm
from services.indicators.handlers.kinds import ENTRY, REGISTER
from services.indicators.projections.catalogue import read_registers
from services.indicators.projections.entries import ENTRIES, WantedEntries, listed_entries

blueprint = guarded_blueprint(
    "registers",
    __name__,
    url_prefix="/api/indicators/v1/registers",
    guard=Bearer("indicators:measure"),
    description="Registers: dated lists whose counts are figures.",
)


@blueprint.route("/")
@guard(Open())
@blueprint.response(200, RegisterList)
def list_registers() -> Response:
    """List every register."""
    found = sources().catalogue(read_registers) or {}
    return json_answer({"items": list(found.values())})


@blueprint.route("/", methods=["POST"])
@guard(Bearer("indicators:define"))
@refuses(RegisterExists, RegisterInvalid, UnknownIndicator)
@blueprint.arguments(RegisterDefinition)
@blueprint.response(201, RegisterState)
def define_register(sent: dict[str, Any]) -> Response:
    """Say what a register holds and counts."""
    command = DefineRegister(code=sent["code"], form=_form(sent), at=now())
    return state_answer(indicators().handle(command), status=201)


@blueprint.route("/<code>")
@guard(Open())
@refuses(UnknownRegister)
@blueprint.response(200, RegisterState)
def read_register(code: str) -> Response:
    """Read what a register holds and counts."""
    return state_answer(indicators().streams.load(REGISTER, code), missing=UnknownRegister(register=code))


@blueprint.route("/<code>/entries")
@guard(Open())
@refuses(UnknownRegister)
@blueprint.arguments(EntriesQuery, location="query")
@blueprint.response(200, EntryList)
def list_entries(query: dict[str, Any], code: str) -> Response:
    """List the entries that count on a day."""
    _require(code)
    as_of, after, limit = query["as_of"] or today(), after_cursor(query["cursor"], str), query["limit"]
    wanted = WantedEntries(register=code, unit_id=query["unit_id"], as_of=as_of, known_at=query["known_at"])
    rows = sources().own(
        ENTRIES, lambda view: listed_entries(view, wanted, after=after[0] if after else None, limit=limit)
    )
    items, following = page_of(rows or (), limit, key=lambda row: [row.name])
    return json_answer({"as_of": as_of, "items": [_line(row, as_of) for row in items], "next": following})


@blueprint.route("/<code>/entries", methods=["POST"])
@refuses(UnknownRegister, UnitNotYours, UnknownUnit, EntryExists, EntryInvalid)
@blueprint.arguments(NewEntry)
@blueprint.response(201, EntryAnswer)
def enter(sent: dict[str, Any], code: str) -> Response:
    """Write an entry."""
    require_answerable(sent["unit_id"])
    require_known_unit(sent["unit_id"])
    command = EnterInRegister(register=code, entry_id=sent["entry_id"], **_written(sent))
    return _answer(indicators().handle(command), 201)


@blueprint.route("/<code>/entries/<entry_id>")
@guard(Open())
@refuses(UnknownEntry)
@blueprint.response(200, EntryAnswer)
def read_entry(code: str, entry_id: str) -> Response:
    """Read an entry."""
    return _answer(_entry(code, entry_id), 200)


@blueprint.route("/<code>/entries/<entry_id>", methods=["PUT"])
@refuses(UnknownRegister, UnknownEntry, UnitNotYours, UnknownUnit, EntryIsClosed, EntryInvalid)
@versioned
@blueprint.arguments(EntryWriting)
@blueprint.response(200, EntryAnswer)
def amend_entry(sent: dict[str, Any], code: str, entry_id: str) -> Response:
    """Write an entry anew."""
    for unit_id in {sent["unit_id"], _entry(code, entry_id).state.unit_id}:
        require_answerable(unit_id)
    require_known_unit(sent["unit_id"])
    command = AmendEntry(register=code, entry_id=entry_id, **_written(sent))
    return _answer(indicators().handle(command, expected_version=seen_version()), 200)


@blueprint.route("/<code>/entries/<entry_id>/closing", methods=["POST"])
@refuses(UnknownEntry, UnitNotYours, EntryInvalid)
@versioned
@blueprint.arguments(EntryClosing)
@blueprint.response(200, EntryAnswer)
def close_entry(sent: dict[str, Any], code: str, entry_id: str) -> Response:
    """Let an entry count no more from a day on."""
    require_answerable(_entry(code, entry_id).state.unit_id)
    at = now()
    on = sent["on"] or at.date()
    command = CloseEntry(register=code, entry_id=entry_id, reason=sent["reason"], on=on, at=at)
    return _answer(indicators().handle(command, expected_version=seen_version()), 200)


def _form(sent: dict[str, Any]) -> RegisterForm:
    said = {name: sent[name] for name in ("name_vi", "name_en", "counts", "expires_field")}
    try:
        return msgspec.convert({**said, "fields": sent["fields_"]}, RegisterForm)
    except msgspec.ValidationError as error:
        raise RegisterInvalid(str(error)) from None


def _written(sent: dict[str, Any]) -> dict[str, Any]:
    at = now()
    return {"unit_id": sent["unit_id"], "values": sent["values"], "on": sent["on"] or at.date(), "at": at}


def _require(code: str) -> None:
    if indicators().streams.recent(REGISTER, code).form is None:
        raise UnknownRegister(register=code)


def _entry(code: str, entry_id: str) -> Versioned[Entry]:
    found = indicators().streams.load(ENTRY, entry_name(code, entry_id))
    if found.state.values is None:
        raise UnknownEntry(register=code, entry_id=entry_id)
    return found


def _answer(at: Versioned[Entry], status: int) -> Response:
    entry = at.state
    same = ("register", "entry_id", "unit_id", "values", "on", "expires_on", "closed_on")
    body = {**{name: getattr(entry, name) for name in same}, "warning": _warning(entry.expires_on, today())}
    answer = json_answer(body, status)
    return with_etag(answer, at.version) if status == 200 else answer


def _line(row: Any, as_of: date) -> dict[str, Any]:
    expires = date.fromisoformat(row.expires_on) if row.expires_on else None
    return {
        "register": row.register,
        "entry_id": row.entry_id,
        "unit_id": row.unit_id,
        "values": msgspec.json.decode(row.values),
        "on": row.counts_from,
        "expires_on": row.expires_on,
        "closed_on": row.closed_on,
        "warning": _warning(expires, as_of),
    }


def _warning(expires_on: date | None, day: date) -> str | None:
    if expires_on is None:
        return None
    left = (expires_on - day).days
    return "expired" if left < 0 else "expires_soon" if left <= 60 else None
