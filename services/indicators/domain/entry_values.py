"""What an entry says, held against its register's form: whether it fits, and what it counts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.indicators.domain.errors import EntryInvalid
from services.indicators.domain.register_events import Counted, RegisterCount, RegisterField, RegisterForm, Where
from services.indicators.domain.scales import MOST

LONGEST_TEXT = 2000


def checked(form: RegisterForm, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values that an entry says, in the order of the register's fields.

    Raises:
        EntryInvalid: They do not fit the fields.
    """
    known = {column.code: column for column in form.fields}
    errors = {code: "unknown field" for code in values if code not in known}
    given = {code: value for code, value in values.items() if value is not None and value != ""}
    errors |= {code: "required" for code, column in known.items() if column.required and code not in given}
    errors |= {code: wrong for code, value in given.items() if code in known and (wrong := _wrong(known[code], value))}
    if errors:
        raise EntryInvalid("The entry does not fit the register.", errors=errors)
    return {code: given[code] for code in known if code in given}


def _wrong(column: RegisterField, value: object) -> str | None:
    match column.kind:
        case "boolean":
            return None if isinstance(value, bool) else "true or false"
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST
            return None if fits else "a number"
        case "choice":
            return None if value in column.choices else f"one of {', '.join(column.choices)}"
        case "date":
            return None if isinstance(value, str) and _is_day(value) else "a day such as 2021-06-18"
        case "text" | "code":
            return None if isinstance(value, str) and len(value) <= LONGEST_TEXT else "a text"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def counted(form: RegisterForm, values: Mapping[str, Any]) -> tuple[Counted, ...]:
    """Say what an entry adds to the register's indicators."""
    return tuple(found for count in form.counts if (found := _counted(count, values)) is not None)


def _counted(count: RegisterCount, values: Mapping[str, Any]) -> Counted | None:
    numerator = all(_holds(where, values) for where in count.numerator)
    if count.denominator is None:
        return Counted(indicator=count.indicator, numerator=1, denominator=0) if numerator else None
    if not all(_holds(where, values) for where in count.denominator):
        return None
    return Counted(indicator=count.indicator, numerator=int(numerator), denominator=1)


def _holds(where: Where, values: Mapping[str, Any]) -> bool:
    value = values.get(where.field)
    if where.among:
        return value in where.among
    if where.at_least is not None:
        return isinstance(value, int | float) and value >= where.at_least
    return bool(value == where.equals) if where.equals is not None else value is not None
