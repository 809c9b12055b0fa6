"""A target: what it asks for, and how decisions changed that."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.domain import Event
from services.indicators.domain.catalogue_events import Aim, Document, TargetAmended, TargetSet, TargetWithdrawn
from services.indicators.domain.commands import AmendTarget, SetTarget, WithdrawTarget
from services.indicators.domain.errors import (
    TargetExists,
    TargetIncomplete,
    TargetIsWithdrawn,
    UnknownIndicator,
    UnknownTarget,
)

IsDefined = Callable[[str], bool]
"""Says whether an indicator is defined and still counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetVersion:
    """What a target asks for from a day on, by which decision, and when that became known."""

    version: int
    aim: Aim
    on: date
    at: datetime
    decision: Document | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A target with all its versions."""

    code: str = ""
    versions: tuple[TargetVersion, ...] = ()
    withdrawn: TargetWithdrawn | None = None

    @property
    def exists(self) -> bool:
        """Whether somebody set it."""
        return bool(self.versions)


INITIAL = Target()


def evolve(state: Target, event: Event) -> Target:
    """Fold one fact into the state."""
    match event:
        case TargetSet():
            first = TargetVersion(version=1, aim=event.aim, on=event.on, at=event.at)
            return replace(state, code=event.code, versions=(first,))
        case TargetAmended():
            version = TargetVersion(
                version=len(state.versions) + 1,
                aim=event.aim,
                on=event.on,
                at=event.at,
                decision=event.decision,
                reason=event.reason,
            )
            return replace(state, versions=(*state.versions, version))
        case TargetWithdrawn():
            return replace(state, withdrawn=event)
        case _:
            return state


def set_target(state: Target, command: SetTarget, is_defined: IsDefined) -> tuple[Event, ...]:
    """Set a target. The same one again records nothing."""
    _refuse_incomplete(command.aim, is_defined)
    if state.exists:
        if state.versions[0].aim == command.aim:
            return ()
        raise TargetExists(target=command.code)
    return (TargetSet(code=command.code, aim=command.aim, on=command.on, at=command.at),)


def amend(state: Target, command: AmendTarget, is_defined: IsDefined) -> tuple[Event, ...]:
    """Ask for something else, by decision."""
    _refuse_gone(state, command.code)
    _refuse_incomplete(command.aim, is_defined)
    last = state.versions[-1]
    if (last.aim, last.on, last.decision) == (command.aim, command.on, command.decision):
        return ()
    return (
        TargetAmended(aim=command.aim, on=command.on, decision=command.decision, reason=command.reason, at=command.at),
    )


def withdraw(state: Target, command: WithdrawTarget) -> tuple[Event, ...]:
    """Take a target back, by decision."""
    if state.withdrawn is not None and state.withdrawn.decision == command.decision:
        return ()
    _refuse_gone(state, command.code)
    return (TargetWithdrawn(on=command.on, decision=command.decision, reason=command.reason, at=command.at),)


def _refuse_gone(state: Target, code: str) -> None:
    if not state.exists:
        raise UnknownTarget(target=code)
    if state.withdrawn is not None:
        raise TargetIsWithdrawn(target=code, on=state.withdrawn.on.isoformat())


def _refuse_incomplete(aim: Aim, is_defined: IsDefined) -> None:
    named = [aim.indicator, *(condition.indicator for condition in aim.conditions), *aim.related]
    for code in named:
        if code is not None and not is_defined(code):
            raise UnknownIndicator(f"Nobody defined {code}.", indicator=code)
    if missing := _missing(aim):
        raise TargetIncomplete(f"The target lacks {missing}.", missing=missing)


def _missing(aim: Aim) -> str | None:
    if not aim.measurable:
        return None if aim.why_not_vi or aim.why_not_en else "why_not_vi"
    if aim.operator is None:
        return "operator"
    if aim.operator != "document" and aim.value is None:
        return "value"
    if aim.operator == "at_least":
        return None if aim.value and 1 <= aim.value <= len(aim.conditions) and _are_whole(aim) else "conditions"
    return None if aim.indicator else "indicator"


def _are_whole(aim: Aim) -> bool:
    return all(it.value is not None or it.operator == "document" for it in aim.conditions)
