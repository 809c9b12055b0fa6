"""Judges a whole tenant pack before anything is written: one line per problem, with the file and a JSON Pointer."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from cchc.pack_forms import FORMS, About
from services.chassis.settings import SettingError
from services.chassis.tenant_pack import PackError, read_about, read_part
from services.chassis.working_calendar import WorkingCalendar, read_working_calendar
from services.indicators.adapters.pack import read_rules, read_satisfied_scores


class PackRefused(Exception):  # noqa: N818 - a refusal is an expected answer
    """Raised when a pack is not whole; its text has one line per problem."""


def read_pack(pack: Path) -> Mapping[str, Any]:
    """Read and judge every file of a pack: `pack.json` itself, and each part by its name.

    Raises:
        PackRefused: Something is missing, wrong, or names what is not there.
    """
    try:
        about = read_about(pack)
    except PackError as error:
        raise PackRefused(str(error)) from None
    _refuse(list(_wrong(About(), about, "pack.json")))
    parts, problems = _parts(pack)
    files = {name: str(about["files"][name]) for name in FORMS}
    problems += [it for name, part in parts.items() for it in _wrong(FORMS[name](), part, files[name])]
    _refuse(problems)
    whole = {**about, **parts}
    _refuse([*_doubles(whole, files), *_strangers(whole, files)])
    _refuse(list(_unreadable(pack)))
    return whole


def _parts(pack: Path) -> tuple[dict[str, Any], list[str]]:
    parts, problems = {}, []
    for name in FORMS:
        try:
            parts[name] = read_part(pack, name)
        except PackError as error:
            problems.append(str(error))
    return parts, problems


def _refuse(problems: list[str]) -> None:
    if problems:
        raise PackRefused("\n".join(problems))


def _wrong(form: Any, part: Any, file: str) -> Iterator[str]:
    try:
        form.load(part)
    except ValidationError as error:
        yield from _told(error.messages, f"{file}#")


def _told(messages: Any, at: str) -> Iterator[str]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _told(inner, at if name == "_schema" else f"{at}/{name}")
    else:
        yield from (f"{at}: {message}" for message in messages)


def _doubles(whole: Mapping[str, Any], files: Mapping[str, str]) -> Iterator[str]:
    """Tell what stands twice under one name."""
    keys = {
        ("units", "units"): ("id",),
        ("plan", "targets"): ("code",),
        ("plan", "tasks"): ("code",),
        ("indicators", "indicators"): ("code", "version"),
        ("scorecards", "scorecards"): ("code", "version"),
        ("questionnaires", "questionnaires"): ("code", "version"),
        ("counters", "counters"): ("id",),
        ("service_fields", "fields"): ("code",),
    }
    for (part, rows), names in keys.items():
        seen = set()
        for at, row in enumerate(whole[part][rows]):
            key = tuple(row[name] for name in names)
            if key in seen:
                yield f"{files[part]}#/{rows}/{at}: {' '.join(map(str, key))} stands there twice"
            seen.add(key)


def _strangers(whole: Mapping[str, Any], files: Mapping[str, str]) -> Iterator[str]:
    """Tell what names something that is nowhere in the pack."""
    for part, pointer, name, known in _references(whole):
        if name is not None and name not in known:
            yield f"{files.get(part, part)}#{pointer}: nothing in the pack is called {name}"


Reference = tuple[str, str, Any, Iterable[Any]]
"""Part, JSON Pointer, the name that stands there, and the names that may."""


def _references(whole: Mapping[str, Any]) -> Iterator[Reference]:
    units = {unit["id"] for unit in whole["units"]["units"]}
    yield from _of_units(whole["units"]["units"], units)
    yield from _of_counters(whole, units)
    yield from _of_plan(whole, units)
    for at, indicator in enumerate(whole["indicators"]["indicators"]):
        yield "indicators", f"/indicators/{at}/unit", indicator["unit"], whole["indicators"]["units"]
    yield from _of_questionnaires(whole)
    yield "pack.json", "/led_by", whole.get("led_by"), units


def _of_units(records: list[Any], units: set[str]) -> Iterator[Reference]:
    for at, unit in enumerate(records):
        for nth, parent in enumerate(unit["parents"]):
            yield "units", f"/units/{at}/parents/{nth}/parent_id", parent["parent_id"], units
        for nth, successor in enumerate(unit["succeeded_by"]):
            yield "units", f"/units/{at}/succeeded_by/{nth}/unit_id", successor["unit_id"], units


def _of_counters(whole: Mapping[str, Any], units: set[str]) -> Iterator[Reference]:
    services = {field["code"] for field in whole["service_fields"]["fields"]}
    for at, counter in enumerate(whole["counters"]["counters"]):
        for name in ("one_stop_id", "unit_id"):
            yield "counters", f"/counters/{at}/{name}", counter.get(name), units
        for nth, field in enumerate(counter["fields"]):
            yield "counters", f"/counters/{at}/fields/{nth}", field, services


def _of_plan(whole: Mapping[str, Any], units: set[str]) -> Iterator[Reference]:
    plan, indicators = whole["plan"], {it["code"] for it in whole["indicators"]["indicators"]}
    fields = {field["field"] for field in plan["fields"]}
    leaders = units | {group["id"] for group in whole["units"].get("groups", ())}
    yield "plan", "/document/issuer/unit_id", plan["document"]["issuer"]["unit_id"], units
    for at, target in enumerate(plan["targets"]):
        yield "plan", f"/targets/{at}/indicator_code", target["indicator_code"], indicators
        yield "plan", f"/targets/{at}/unit", target["unit"], whole["indicators"]["units"]
    for at, task in enumerate(plan["tasks"]):
        yield "plan", f"/tasks/{at}/field", task["field"], fields
        yield "plan", f"/tasks/{at}/lead/id", (task["lead"] or {}).get("id"), leaders


def _of_questionnaires(whole: Mapping[str, Any]) -> Iterator[Reference]:
    told = whole["questionnaires"]
    codes = {it["code"] for it in told["questionnaires"]}
    yield "pack.json", "/questionnaire_in_force/code", whole["questionnaire_in_force"]["code"], codes
    scales = {scale["code"] for scale in told["scales"]}
    for at, questionnaire in enumerate(told["questionnaires"]):
        yield "questionnaires", f"/questionnaires/{at}/scale", questionnaire["scale"], scales
    for at, scale in enumerate(told["scales"]):
        values = {level["value"] for level in scale["levels"]}
        for nth, value in enumerate(scale["satisfied_values"]):
            yield "questionnaires", f"/scales/{at}/satisfied_values/{nth}", value, values


def _unreadable(pack: Path) -> Iterator[str]:
    """Let the service that releases figures judge what it will read."""
    for read in (read_rules, partial(read_working_calendar, form=WorkingCalendar), read_satisfied_scores):
        try:
            read(pack)
        except SettingError as error:
            yield str(error)
