"""An indicator's definition and its versions: what it counts, from which day on."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.domain import Event
from services.indicators.domain.catalogue_events import Definition, IndicatorDefined, IndicatorRetired
from services.indicators.domain.commands import DefineIndicator, RetireIndicator, ReviseIndicator
from services.indicators.domain.errors import IndicatorExists, IndicatorIsRetired, IndicatorNotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class DefinitionVersion:
    """One way of counting, and when it became known."""

    version: int
    definition: Definition
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """An indicator with all its versions."""

    code: str = ""
    versions: tuple[DefinitionVersion, ...] = ()
    retired_on: date | None = None
    retired_at: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether somebody defined it."""
        return bool(self.versions)


INITIAL = Indicator()


def evolve(state: Indicator, event: Event) -> Indicator:
    """Fold one fact into the state."""
    match event:
        case IndicatorDefined():
            version = DefinitionVersion(version=event.version, definition=event.definition, at=event.at)
            return replace(state, code=event.code, versions=(*state.versions, version))
        case IndicatorRetired():
            return replace(state, retired_on=event.on, retired_at=event.at)
        case _:
            return state


def define(state: Indicator, command: DefineIndicator) -> tuple[Event, ...]:
    """Define an indicator. The same words again record nothing."""
    if state.exists:
        if any(known.definition == command.definition for known in state.versions):
            return ()
        raise IndicatorExists(indicator=command.code)
    return (_defined(state, command),)


def revise(state: Indicator, command: ReviseIndicator) -> tuple[Event, ...]:
    """Add a version. The newest words again record nothing."""
    if not state.exists:
        raise IndicatorNotFound(indicator=command.code)
    if state.retired_on is not None:
        raise IndicatorIsRetired(indicator=command.code, on=state.retired_on.isoformat())
    if state.versions[-1].definition == command.definition:
        return ()
    return (_defined(state, command),)


def retire(state: Indicator, command: RetireIndicator) -> tuple[Event, ...]:
    """Count it no more."""
    if not state.exists:
        raise IndicatorNotFound(indicator=command.code)
    if state.retired_on is not None:
        return ()
    return (IndicatorRetired(on=command.on, reason=command.reason, at=command.at),)


def _defined(state: Indicator, command: DefineIndicator | ReviseIndicator) -> IndicatorDefined:
    version = len(state.versions) + 1
    return IndicatorDefined(code=command.code, version=version, definition=command.definition, at=command.at)
