"""Definitions, targets, measurements and registers: one row per command in the table at the foot."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from services.chassis.domain import Command, Event
from services.chassis.streams import Kind, Streams, Versioned
from services.indicators.domain import commands as wish
from services.indicators.domain import definition, measurement, register, target
from services.indicators.domain.catalogue_events import Definition
from services.indicators.domain.cell import cell_name
from services.indicators.domain.errors import UnknownIndicator
from services.indicators.domain.register import Register
from services.indicators.handlers.kinds import ENTRY, INDICATOR, MEASUREMENT, REGISTER, TARGET


class Rule(NamedTuple):
    """How a command is handled: the kind of stream, the stream's name, the decision, and what else it looks at."""

    kind: Kind[Any]
    name: Callable[[Any], str]
    decide: Callable[..., Sequence[Event]]
    looks_at: Callable[[Streams, Any], Any] | None = None


def handle(streams: Streams, command: Command, *, expected_version: int | None = None) -> Versioned[Any]:
    """Handle one command of the table: load, decide, append; give the state that holds then."""
    rule = RULES[type(command)]
    beside = (rule.looks_at(streams, command),) if rule.looks_at else ()
    return streams.decide(
        rule.kind,
        rule.name(command),
        lambda state: rule.decide(state, command, *beside),
        expected_version=expected_version,
    )


def definition_of(streams: Streams, indicator: str) -> Definition | None:
    """Give the newest definition of an indicator that is still counted."""
    state = streams.load(INDICATOR, indicator).state
    return state.versions[-1].definition if state.exists and state.retired_on is None else None


def _is_defined(streams: Streams, _command: Any) -> Callable[[str], bool]:
    return lambda indicator: definition_of(streams, indicator) is not None


def _of_cell(streams: Streams, command: Any) -> Definition:
    indicator = command.cell.partition(".")[0]
    found = streams.load(INDICATOR, indicator).state
    if not found.exists:
        raise UnknownIndicator(f"Nobody defined {indicator}.", indicator=indicator)
    return found.versions[-1].definition


def _register_of(streams: Streams, command: Any) -> Register:
    return streams.load(REGISTER, command.register).state


def _code(command: Any) -> str:
    return str(command.code)


def _cell(command: Any) -> str:
    return str(command.cell)


def _new_cell(command: wish.SubmitMeasurement) -> str:
    return cell_name(command.indicator, command.unit_id, command.period)


def _entry(command: Any) -> str:
    return register.entry_name(command.register, command.entry_id)


RULES: Mapping[type[Command], Rule] = {
    wish.DefineIndicator: Rule(INDICATOR, _code, definition.define),
    wish.ReviseIndicator: Rule(INDICATOR, _code, definition.revise),
    wish.RetireIndicator: Rule(INDICATOR, _code, definition.retire),
    wish.SetTarget: Rule(TARGET, _code, target.set_target, _is_defined),
    wish.AmendTarget: Rule(TARGET, _code, target.amend, _is_defined),
    wish.WithdrawTarget: Rule(TARGET, _code, target.withdraw),
    wish.SubmitMeasurement: Rule(
        MEASUREMENT, _new_cell, measurement.submit, lambda streams, it: definition_of(streams, it.indicator)
    ),
    wish.CorrectMeasurement: Rule(MEASUREMENT, _cell, measurement.correct, _of_cell),
    wish.ApproveMeasurement: Rule(MEASUREMENT, _cell, measurement.approve),
    wish.ReturnMeasurement: Rule(MEASUREMENT, _cell, measurement.send_back),
    wish.PublishMeasurement: Rule(MEASUREMENT, _cell, measurement.publish),
    wish.ReopenPeriod: Rule(MEASUREMENT, _cell, measurement.reopen),
    wish.DefineRegister: Rule(REGISTER, _code, register.define, _is_defined),
    wish.EnterInRegister: Rule(ENTRY, _entry, register.enter, _register_of),
    wish.AmendEntry: Rule(ENTRY, _entry, register.amend, _register_of),
    wish.CloseEntry: Rule(ENTRY, _entry, register.close),
}
