"""Registers, their entries, and what an entry adds to which indicator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.chassis.domain import Event
from services.indicators.domain.commands import AmendEntry, CloseEntry, DefineRegister, EnterInRegister, WriteEntry
from services.indicators.domain.entry_values import checked, counted
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
    RegisterDefined,
    RegisterEntryAmended,
    RegisterEntryClosed,
    RegisterEntryRecorded,
    RegisterEntryWritten,
    RegisterForm,
)
from services.indicators.domain.running.table import FIGURES


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
        case RegisterEntryWritten():
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
        if count.indicator in FIGURES:
            raise RegisterInvalid(f"{count.indicator} is told from other facts.", indicator=count.indicator)
        if not is_defined(count.indicator):
            raise UnknownIndicator(f"Nobody defined {count.indicator}.", indicator=count.indicator)
    return (RegisterDefined(code=command.code, form=command.form, at=command.at),)


def enter(state: Entry, command: EnterInRegister, register: Register) -> tuple[Event, ...]:
    """Write an entry. The same one again records nothing."""
    form = _form_of(register, command.register)
    values = checked(form, command.values)
    if state.values is not None:
        if _says(state, command, values):
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
    values = checked(form, command.values)
    if _says(state, command, values):
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


def _says(state: Entry, command: WriteEntry, values: dict[str, Any]) -> bool:
    return (state.values, state.unit_id, state.on) == (values, command.unit_id, command.on)


def _said(command: WriteEntry, form: RegisterForm, values: dict[str, Any]) -> dict[str, Any]:
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


def _refuse_inconsistent(form: RegisterForm) -> None:
    codes = [column.code for column in form.fields]
    named = {where.field for count in form.counts for where in (*count.numerator, *(count.denominator or ()))}
    unknown = sorted(({form.expires_field} - {None} | named) - set(codes), key=str)
    if unknown or len(set(codes)) != len(codes):
        raise RegisterInvalid(
            "Counts name fields of the register, and each field has a code of its own.", fields=unknown
        )
