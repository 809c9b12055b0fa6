"""What may be asked for on a page by a form: its fields, how they are read, and what is wrong with them in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from services.chassis.http.refusals import BadRequest
from services.gateway.portal.asked import written_day

Kind = Literal["line", "area", "day", "number", "choice", "unit", "file", "yes"]
MOST_PARTS = 4

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of a form. `choices` are the values of a choice; `label` names what the portal has no words for."""

    name: str
    kind: Kind = "area"
    required: bool = True
    choices: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A form: its name is the last part of the path it is sent to. `main` is the one thing that is mostly wanted."""

    name: str
    fields: tuple[Field, ...] = ()
    for_unit: bool = True
    main: bool = False
    grave: bool = False
    parts: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What somebody typed. `body` is what the service is sent, `wrong` the key of a sentence for each wrong field."""

    kept: Mapping[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A form that comes back: which wish it was, what was typed, and what is wrong, for a field or as a whole."""

    wish: str
    kept: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    whole: str | None = None
    status: int = 422


def read_typed(wish: Wish, form: MultiDict[str, str]) -> Typed:
    """Read the fields of a form.

    Raises:
        BadRequest: A field holds a NUL, which no service keeps; or the form's mark, which is sent as a header, is no text
            that can stand in one.
    """
    typed = Typed(kept={name: value.strip() for name, value in form.items()})
    if any("\0" in value for value in typed.kept.values()):
        raise BadRequest("A field of the form holds a NUL.")
    once = typed.kept.get("once", "")
    if not (once.isascii() and once.isprintable()):
        raise BadRequest("The mark of the form is none of ours.")
    for it in wish.fields:
        _read(it, typed)
    if wish.parts:
        typed.body["parts"] = _parts(typed)
    return typed


def _read(it: Field, typed: Typed) -> None:
    written = typed.kept.get(it.name, "")
    if it.kind == "file":
        return
    if not written:
        if it.kind == "yes":
            typed.body[it.name] = False
        elif it.required:
            typed.wrong[it.name] = "form.missing"
        return
    value, wrong = _value(it, written)
    if wrong is None:
        typed.body[it.name] = value
    else:
        typed.wrong[it.name] = wrong


def _value(it: Field, written: str) -> tuple[object, str | None]:
    match it.kind:
        case "day":
            day = written_day(written)
            return day, None if isinstance(day, date) else "form.not_a_day"
        case "number":
            number = _number(written)
            return number, None if number is not None else "form.not_a_number"
        case "choice":
            return written, None if written in it.choices else "form.not_offered"
        case "yes":
            return True, None
        case _:
            return written, None


def _number(written: str) -> int | float | None:
    """Read a number as people write it: 1.904 or 92,4; a point that parts no thousands is a comma."""
    plain = written.replace("\u00a0", "").replace(" ", "").removesuffix("%")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "")
    elif not _PLAIN.fullmatch(plain):
        return None
    value = float(plain.replace(",", "."))
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _parts(typed: Typed) -> list[dict[str, str]]:
    parts = []
    for at in range(1, MOST_PARTS + 1):
        unit_id, title = (typed.kept.get(f"{name}_{at}", "") for name in ("part_unit", "part_title"))
        if unit_id and title:
            parts.append({"unit_id": unit_id, "title": title})
        elif unit_id or title:
            typed.wrong[f"part_title_{at}"] = "form.part_unclear"
    if not parts and not typed.wrong:
        typed.wrong["part_title_1"] = "form.part_unclear"
    return parts
