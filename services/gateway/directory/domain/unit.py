"""A unit: how facts make its record, and which facts a new record asks for. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from services.chassis.domain import Event
from services.gateway.directory.domain.commands import RecordUnit
from services.gateway.directory.domain.errors import UnitRecordInvalid
from services.gateway.directory.domain.events import (
    UnitAnnotated,
    UnitBordersChanged,
    UnitCodeAssigned,
    UnitDissolved,
    UnitEstablished,
    UnitMerged,
    UnitMoved,
    UnitNamed,
    UnitRecordCorrected,
)
from services.gateway.directory.domain.records import UnitRecord

Unit = UnitRecord | None
"""The state: `None` before the unit is established."""

Statement = TypeVar("Statement")

initial: Unit = None


def evolve(state: Unit, event: Event) -> UnitRecord:
    """Give the record after a fact."""
    match event:
        case UnitEstablished(unit_id=unit_id):
            return UnitRecord(
                id=unit_id,
                kind=event.kind,
                name_en=event.name_en,
                confidence=event.confidence,
                valid_from=event.valid_from,
                has_one_stop=event.has_one_stop,
            )
        case UnitRecordCorrected(record=record):
            return msgspec.convert(record, UnitRecord)
        case _:
            if state is None:
                raise ValueError(f"{event.wire_name} before the unit was established")
            return _changed(state, event)


def _changed(state: UnitRecord, event: Event) -> UnitRecord:  # noqa: PLR0911 - one line per fact
    match event:
        case UnitNamed(name=name):
            return replace(state, names_vi=_stated(state.names_vi, name, lambda it: (it.name, it.valid_from)))
        case UnitCodeAssigned(code=code):
            return replace(
                state, official_codes=_stated(state.official_codes, code, lambda it: (it.code, it.valid_from))
            )
        case UnitMoved(parent=parent):
            return replace(state, parents=_stated(state.parents, parent, lambda it: (it.parent_id, it.valid_from)))
        case UnitMerged(succession=succession):
            return replace(state, succeeded_by=(*state.succeeded_by, succession))
        case UnitBordersChanged(change=change):
            return replace(state, boundary_changes=(*state.boundary_changes, change))
        case UnitDissolved(on=on):
            return replace(state, valid_to=on)
        case UnitAnnotated(particulars=particulars):
            return replace(state, particulars=particulars)
        case _:
            raise ValueError(f"not a fact about a unit: {event.wire_name}")


def _stated(
    before: tuple[Statement, ...], new: Statement, name: Callable[[Statement], object]
) -> tuple[Statement, ...]:
    """Put a statement in the place of the one it continues, or at the end."""
    if any(name(statement) == name(new) for statement in before):
        return tuple(new if name(statement) == name(new) else statement for statement in before)
    return (*before, new)


def record_unit(state: Unit, command: RecordUnit) -> Sequence[Event]:
    """Decide which facts lead from what is known to what the record says; none when it says nothing new.

    Raises:
        UnitRecordInvalid: The record contradicts itself.
    """
    wanted = command.record
    _refuse_contradictions(wanted)
    events = tuple(_steps(state, wanted))
    reached = state
    for event in events:
        reached = evolve(reached, event)
    if reached == wanted:
        return events
    return (*_established(state, wanted), UnitRecordCorrected(record=msgspec.to_builtins(wanted)))


def _established(state: Unit, wanted: UnitRecord) -> Iterator[Event]:
    if state is None:
        yield UnitEstablished(
            unit_id=wanted.id,
            kind=wanted.kind,
            name_en=wanted.name_en,
            confidence=wanted.confidence,
            valid_from=wanted.valid_from,
            has_one_stop=wanted.has_one_stop,
        )


def _steps(state: Unit, wanted: UnitRecord) -> Iterator[Event]:
    yield from _established(state, wanted)
    known = state or UnitRecord(id=wanted.id, kind="", name_en="", confidence="")
    yield from (UnitNamed(name=name) for name in _news(known.names_vi, wanted.names_vi))
    yield from (UnitCodeAssigned(code=code) for code in _news(known.official_codes, wanted.official_codes))
    yield from (UnitMoved(parent=parent) for parent in _news(known.parents, wanted.parents))
    yield from (UnitMerged(succession=it) for it in _news(known.succeeded_by, wanted.succeeded_by))
    yield from (UnitBordersChanged(change=it) for it in _news(known.boundary_changes, wanted.boundary_changes))
    if wanted.valid_to is not None and wanted.valid_to != known.valid_to:
        yield UnitDissolved(on=wanted.valid_to)
    if wanted.particulars != known.particulars:
        yield UnitAnnotated(particulars=wanted.particulars)


def _news(known: tuple[Statement, ...], wanted: tuple[Statement, ...]) -> Iterator[Statement]:
    return (statement for statement in wanted if statement not in known)


def _refuse_contradictions(record: UnitRecord) -> None:
    statements: tuple[Any, ...] = (record, *record.names_vi, *record.official_codes, *record.parents)
    for statement in statements:
        if statement.valid_from and statement.valid_to and statement.valid_to <= statement.valid_from:
            raise UnitRecordInvalid("An interval ends before it begins.", unit_id=record.id)
    if any(parent.parent_id == record.id for parent in record.parents):
        raise UnitRecordInvalid("A unit stands above itself.", unit_id=record.id)
