"""Registers: what fits their form, and what an entry adds to which indicator."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.chassis.testing.given_when_then import Specification
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
from services.indicators.domain.register import (
    NO_ENTRY,
    NO_REGISTER,
    Register,
    amend,
    close,
    counted,
    define,
    enter,
    evolve,
    evolve_entry,
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

register, entry = Specification(NO_REGISTER, evolve), Specification(NO_ENTRY, evolve_entry)
AT, ON = datetime(2021, 6, 18, 1, tzinfo=UTC), date(2021, 2, 1)


def a_field(code: str, kind: str = "text", *, required: bool = False, choices: tuple[str, ...] = ()) -> RegisterField:
    return RegisterField(code=code, name_vi=code, name_en=code, kind=kind, required=required, choices=choices)


FORM = RegisterForm(
    name_vi="Danh mục thủ tục hành chính",
    name_en="Catalogue of procedures",
    fields=(
        a_field("name", required=True),
        a_field("level", "choice", choices=("2", "3", "4")),
        a_field("published", "boolean"),
        a_field("days", "number"),
        a_field("until", "date"),
    ),
    counts=(
        RegisterCount(indicator="PUBLISHED", numerator=(Where(field="published", equals=True),), denominator=()),
        RegisterCount(
            indicator="ONLINE",
            numerator=(Where(field="published", equals=True),),
            denominator=(Where(field="level", among=("3", "4")),),
        ),
        RegisterCount(indicator="SLOW", numerator=(Where(field="days", at_least=10.0),)),
    ),
    expires_field="until",
)
TTHC = Register(code="tthc", form=FORM)
VALUES = {"name": "Khai sinh", "level": "3", "published": True}
ADDS = (
    Counted(indicator="PUBLISHED", numerator=1, denominator=1),
    Counted(indicator="ONLINE", numerator=1, denominator=1),
)


def entering(values=None, *, on: date = ON) -> EnterInRegister:
    return EnterInRegister(register="tthc", entry_id="1", unit_id="xa-a", values=values or VALUES, on=on, at=AT)


def amending(values) -> AmendEntry:
    return AmendEntry(register="tthc", entry_id="1", unit_id="xa-a", values=values, on=ON, at=AT)


def recorded(**changes) -> RegisterEntryRecorded:
    said = {
        "register": "tthc",
        "entry_id": "1",
        "unit_id": "xa-a",
        "values": VALUES,
        "counts": ADDS,
        "expires_on": None,
    }
    return RegisterEntryRecorded(**{**said, "on": ON, "at": AT, **changes})


CLOSING = CloseEntry(register="tthc", entry_id="1", reason="Bãi bỏ", on=date(2021, 6, 1), at=AT)
CLOSED = RegisterEntryClosed(register="tthc", entry_id="1", unit_id="xa-a", reason="Bãi bỏ", on=date(2021, 6, 1), at=AT)


def test_a_register_is_defined_once():
    command = DefineRegister(code="tthc", form=FORM, at=AT)
    defined = RegisterDefined(code="tthc", form=FORM, at=AT)
    register.given().when(define, command, lambda _code: True).then(defined)
    register.given(defined).when(define, command, lambda _code: True).then_nothing()
    other = DefineRegister(code="tthc", form=RegisterForm(name_vi="…", name_en="…", fields=FORM.fields), at=AT)
    register.given(defined).when(define, other, lambda _code: True).then_refused(RegisterExists)


def test_a_register_counts_indicators_that_are_defined():
    command = DefineRegister(code="tthc", form=FORM, at=AT)
    register.given().when(define, command, lambda code: code != "SLOW").then_refused(UnknownIndicator, indicator="SLOW")


def test_a_register_adds_nothing_to_a_figure_that_is_told_from_other_facts():
    form = replace(FORM, counts=(RegisterCount(indicator="TASKS_ON_TIME"),))
    command = DefineRegister(code="tthc", form=form, at=AT)
    refused = register.given().when(define, command, lambda _code: True)
    refused.then_refused(RegisterInvalid, indicator="TASKS_ON_TIME")


@pytest.mark.parametrize(
    "form",
    [
        RegisterForm(name_vi="…", name_en="…", fields=(a_field("name"),), expires_field="until"),
        RegisterForm(name_vi="…", name_en="…", fields=(a_field("name"), a_field("name"))),
        RegisterForm(
            name_vi="…",
            name_en="…",
            fields=(a_field("name"),),
            counts=(RegisterCount(indicator="A", numerator=(Where(field="other"),)),),
        ),
    ],
)
def test_a_form_whose_counts_name_no_field_of_it_is_refused(form):
    command = DefineRegister(code="tthc", form=form, at=AT)
    register.given().when(define, command, lambda _code: True).then_refused(RegisterInvalid)


def test_an_entry_says_what_it_adds_to_which_indicator():
    entry.given().when(enter, entering(), TTHC).then(recorded())


@pytest.mark.parametrize(
    ("values", "adds"),
    [
        ({"name": "a"}, {"PUBLISHED": (0, 1)}),
        ({"name": "a", "level": "4"}, {"PUBLISHED": (0, 1), "ONLINE": (0, 1)}),
        ({"name": "a", "level": "2", "published": True}, {"PUBLISHED": (1, 1)}),
        ({"name": "a", "days": 10}, {"PUBLISHED": (0, 1), "SLOW": (1, 0)}),
        ({"name": "a", "days": 9.5}, {"PUBLISHED": (0, 1)}),
    ],
)
def test_only_entries_that_the_conditions_take_in_are_counted(values, adds):
    assert {it.indicator: (it.numerator, it.denominator) for it in counted(FORM, values)} == adds


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a", "owner": "b"}, "owner"),
        ({"name": 3}, "name"),
        ({"name": "a", "level": "5"}, "level"),
        ({"name": "a", "published": "yes"}, "published"),
        ({"name": "a", "days": True}, "days"),
        ({"name": "a", "days": "3"}, "days"),
        ({"name": "a", "until": "1/6/2021"}, "until"),
        ({"name": "a", "until": "20210601"}, "until"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_field_by_field(values, field):
    decision = entry.given().when(enter, EnterInRegister(**{**_said(), "values": values}), TTHC)
    decision.then_refused(EntryInvalid)
    assert list(decision.refusal.params["errors"]) == [field]


def _said():
    return {"register": "tthc", "entry_id": "1", "unit_id": "xa-a", "on": ON, "at": AT}


def test_the_same_entry_again_records_nothing_and_another_one_is_refused():
    entry.given(recorded()).when(enter, entering(), TTHC).then_nothing()
    entry.given(recorded()).when(enter, entering({"name": "Kết hôn"}), TTHC).then_refused(EntryExists)


def test_an_entry_needs_a_register():
    entry.given().when(enter, entering(), NO_REGISTER).then_refused(UnknownRegister)


def test_an_entry_is_written_anew_as_a_whole():
    values = {**VALUES, "published": False, "until": "2024-01-31"}
    amended = RegisterEntryAmended(
        **_said(),
        values=values,
        counts=(
            Counted(indicator="PUBLISHED", numerator=0, denominator=1),
            Counted(indicator="ONLINE", numerator=0, denominator=1),
        ),
        expires_on=date(2024, 1, 31),
    )
    entry.given(recorded()).when(amend, amending(values), TTHC).then(amended)
    entry.given(recorded()).when(amend, amending(VALUES), TTHC).then_nothing()
    entry.given().when(amend, amending(values), TTHC).then_refused(UnknownEntry)
    entry.given(recorded(), CLOSED).when(amend, amending(values), TTHC).then_refused(EntryIsClosed)


def test_a_closed_entry_counts_no_more():
    entry.given(recorded()).when(close, CLOSING).then(CLOSED)
    entry.given(recorded(), CLOSED).when(close, CLOSING).then_nothing()
    entry.given().when(close, CLOSING).then_refused(UnknownEntry)
    entry.given(recorded(on=date(2021, 6, 2))).when(close, CLOSING).then_refused(EntryInvalid)
