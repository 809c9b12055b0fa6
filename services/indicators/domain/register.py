"""Registers, their entries, and what an entry adds to which indicator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.chassis.domain import Event
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
)
from services.indicators.domain.register_events import (
    Counted,
    RegisterCount,
    RegisterDefined,
    RegisterEntryAmended,
    RegisterEntryClosed,
    RegisterEntryRecorded,
    RegisterField,
    RegisterForm,
    Where,
)

LONGEST_TEXT = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """A register's form."""

    code: str = ""
    form: RegisterForm | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry as it stands."""

    register: str = ""
    entry_id: str = ""
    unit_id: str = ""
    values: Mapping[str, Any] | None = None
    on: date | None = None
    expires_on: date | None = None
    closed_on: date | None = None


NO_REGISTER = Register()
NO_ENTRY = Entry()


def evolve(state: Register, event: Event) -> Register:
    """Fold one fact into a register."""
    return Register(code=event.code, form=event.form) if isinstance(event, RegisterDefined) else state


def evolve_entry(state: Entry, event: Event) -> Entry:
    """Fold one fact into an entry."""
    match event:
        case RegisterEntryRecorded() | RegisterEntryAmended():
            return replace(
                state,
                register=event.register,
                entry_id=event.entry_id,
                unit_id=event.unit_id,
                values=event.values,
                on=event.on,
                expires_on=event.expires_on,
            )
        case RegisterEntryClosed():
            return replace(state, closed_on=event.on)
        case _:
            return state


def entry_name(register: str, entry_id: str) -> str:
    """Name the stream of an entry."""
    return f"{register}.{entry_id}"


def define(state: Register, command: DefineRegister, is_defined: Callable[[str], bool]) -> tuple[Event, ...]:
    """Say what a register holds and counts. The same form again records nothing."""
    if state.form is not None:
        if state.form == command.form:
            return ()
        raise RegisterExists(register=command.code)
    _refuse_inconsistent(command.form)
    for count in command.form.counts:
        if not is_defined(count.indicator):
            raise UnknownIndicator(f"Nobody defined {count.indicator}.", indicator=count.indicator)
    return (RegisterDefined(code=command.code, form=command.form, at=command.at),)


def enter(state: Entry, command: EnterInRegister, register: Register) -> tuple[Event, ...]:
    """Write an entry. The same one again records nothing."""
    form = _form_of(register, command.register)
    values = _checked(form, command.values)
    if state.values is not None:
        if (state.values, state.unit_id, state.on) == (values, command.unit_id, command.on):
            return ()
        raise EntryExists(register=command.register, entry_id=command.entry_id)
    return (RegisterEntryRecorded(**_said(command, form, values)),)


def amend(state: Entry, command: AmendEntry, register: Register) -> tuple[Event, ...]:
    """Write an entry anew."""
    form = _form_of(register, command.register)
    if state.values is None:
        raise UnknownEntry(register=command.register, entry_id=command.entry_id)
    if state.closed_on is not None:
        raise EntryIsClosed(register=command.register, entry_id=command.entry_id)
    values = _checked(form, command.values)
    if (state.values, state.unit_id, state.on) == (values, command.unit_id, command.on):
        return ()
    return (RegisterEntryAmended(**_said(command, form, values)),)


def close(state: Entry, command: CloseEntry) -> tuple[Event, ...]:
    """Let an entry count no more."""
    if state.values is None:
        raise UnknownEntry(register=command.register, entry_id=command.entry_id)
    if state.closed_on is not None:
        return ()
    if state.on is not None and command.on < state.on:
        raise EntryInvalid("An entry ends on or after the day from which it counts.", errors={"on": "too early"})
    return (
        RegisterEntryClosed(
            register=command.register,
            entry_id=command.entry_id,
            unit_id=state.unit_id,
            reason=command.reason,
            on=command.on,
            at=command.at,
        ),
    )


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


def _said(command: EnterInRegister | AmendEntry, form: RegisterForm, values: dict[str, Any]) -> dict[str, Any]:
    expires = values.get(form.expires_field) if form.expires_field else None
    return {
        "register": command.register,
        "entry_id": command.entry_id,
        "unit_id": command.unit_id,
        "values": values,
        "counts": counted(form, values),
        "expires_on": date.fromisoformat(expires) if expires else None,
        "on": command.on,
        "at": command.at,
    }


def _form_of(register: Register, code: str) -> RegisterForm:
    if register.form is None:
        raise UnknownRegister(register=code)
    return register.form


def _checked(form: RegisterForm, values: Mapping[str, Any]) -> dict[str, Any]:
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
            fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15
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


def _refuse_inconsistent(form: RegisterForm) -> None:
    codes = [column.code for column in form.fields]
    named = {where.field for count in form.counts for where in (*count.numerator, *(count.denominator or ()))}
    unknown = sorted(({form.expires_field} - {None} | named) - set(codes), key=str)
    if unknown or len(set(codes)) != len(codes):
        raise RegisterInvalid(
            "Counts name fields of the register, and each field has a code of its own.", fields=unknown
        )
