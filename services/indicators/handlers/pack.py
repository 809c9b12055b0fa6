"""Loads definitions, targets and registers from a tenant pack. Loading the same pack again records nothing."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

from services.chassis.domain import Command
from services.indicators.domain.catalogue_events import Aim, Definition, Scope
from services.indicators.domain.commands import (
    DefineIndicator,
    DefineRegister,
    EnterInRegister,
    ReviseIndicator,
    SetTarget,
)
from services.indicators.domain.register import entry_name
from services.indicators.domain.register_events import RegisterForm
from services.indicators.handlers.kinds import ENTRY, INDICATOR, REGISTER, TARGET
from services.indicators.handlers.service import Indicators

_Form = TypeVar("_Form", Definition, RegisterForm)


def load_pack(service: Indicators, pack: Mapping[str, Any]) -> None:
    """Record what a pack says and is not known yet. What was changed since it was loaded stays as it is.

    Args:
        service: Where to record it.
        pack: The content of `pack.json`, and of each file under the name that `files` gives it.
    """
    at = service.clock.business_now()
    for command in (*_definitions(service, pack, at), *_targets(service, pack, at), *_registers(service, pack, at)):
        service.handle(command)


def plan_id_of(document: Mapping[str, Any]) -> str:
    """Name a plan by its number and year, such as `53-kh-ubnd-2021`."""
    return f"{str(document['number']).lower().replace('/', '-')}-{document['plan_year']}"


def _definitions(service: Indicators, pack: Mapping[str, Any], at: datetime) -> Iterator[Command]:
    stated = (*pack["indicators"]["indicators"], *pack["registers"]["indicators"])
    for told in sorted(stated, key=lambda it: (str(it["code"]), int(it["version"]))):
        code, version = str(told["code"]), int(told["version"])
        if version <= len(service.streams.load(INDICATOR, code).state.versions):
            continue
        command = DefineIndicator if version == 1 else ReviseIndicator
        yield command(code=code, definition=_definition(told), at=at)


def _definition(told: Mapping[str, Any]) -> Definition:
    rounding = told.get("rounding") or {}
    return _converted({**told, "decimals": rounding.get("decimals")}, Definition)


def _converted(told: Mapping[str, Any], kind: type[_Form]) -> _Form:
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{told.get('code')}: {error}") from None


def _targets(service: Indicators, pack: Mapping[str, Any], at: datetime) -> Iterator[Command]:
    plan, groups = pack["plan"], {group["id"]: group for group in pack["units"].get("groups", ())}
    document, at_one_stops = plan["document"], _told_at_one_stops(pack)
    one_stops = _one_stops(pack, document["issuer"]["unit_id"])
    for told in plan["targets"]:
        code = str(told["code"])
        if not service.streams.load(TARGET, code).state.exists:
            on = date.fromisoformat(document["issued_on"])
            besides = one_stops if told["indicator_code"] in at_one_stops else ()
            scope = _scope(told, document, groups, besides)
            yield SetTarget(code=code, aim=_aim(told, document, scope), on=on, at=at)


def _told_at_one_stops(pack: Mapping[str, Any]) -> frozenset[str]:
    of_one_stops = ("one_stop", "kiosk")
    return frozenset(it["code"] for it in pack["indicators"]["indicators"] if it["source"] in of_one_stops)


def _one_stops(pack: Mapping[str, Any], issuer: str) -> tuple[str, ...]:
    """Give the issuer's own one-stops: dossiers are handled there too, and no group of divisions or communes holds them."""
    units = (unit for unit in pack["units"]["units"] if unit["kind"] == "one_stop")
    return tuple(unit["id"] for unit in units if any(it["parent_id"] == issuer for it in unit["parents"]))


def _scope(
    told: Mapping[str, Any], document: Mapping[str, Any], groups: Mapping[str, Any], besides: tuple[str, ...]
) -> Scope:
    unit_id = (told.get("scope") or {}).get("id") or document["issuer"]["unit_id"]
    group = groups.get(unit_id)
    if group is None:
        return Scope(unit_id=unit_id)
    members = (*group["members"], *besides)
    return Scope(unit_id=unit_id, name_vi=group["name_vi"], name_en=group["name_en"], members=members)


def _aim(told: Mapping[str, Any], document: Mapping[str, Any], scope: Scope) -> Aim:
    return Aim(
        text_vi=told["text_vi"],
        text_en=told.get("text_en") or told["text_vi"],
        year=told["year"],
        scope=scope,
        measurable=told["measurable"],
        indicator=told["indicator_code"],
        related=tuple(told.get("related_indicator_codes") or ()),
        operator=told.get("operator"),
        value=told["value"],
        unit=told["unit"],
        why_not_vi=told.get("why_not_vi") or told.get("why_not"),
        why_not_en=told.get("why_not"),
        plan_id=plan_id_of(document),
        paragraph=told.get("paragraph"),
        owner_unit_id=document["issuer"]["unit_id"],
        note=told.get("note"),
    )


def _registers(service: Indicators, pack: Mapping[str, Any], at: datetime) -> Iterator[Command]:
    told = pack["registers"]
    for register in told["registers"]:
        if service.streams.load(REGISTER, register["code"]).state.form is not None:
            continue
        stated = {**register, "demonstration": bool(told.get("demonstration"))}
        yield DefineRegister(code=register["code"], form=_converted(stated, RegisterForm), at=at)
    for entry in told["entries"]:
        if service.streams.load(ENTRY, entry_name(entry["register"], entry["entry_id"])).version < 0:
            yield EnterInRegister(
                register=entry["register"],
                entry_id=entry["entry_id"],
                unit_id=entry["unit_id"],
                values=entry["values"],
                on=date.fromisoformat(entry["on"]),
                at=at,
            )
