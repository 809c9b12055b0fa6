"""The target board as a page needs it: what the indicators service says of each target, with its drawing and its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.portal.series import Line, Month, sparkline

KINDS: Mapping[str, str] = {
    "met": "ok",
    "on_track": "ok",
    "at_risk": "risk",
    "missed": "bad",
    "no_data": "none",
    "not_measurable": "none",
}
"""Which shape and colour a state has."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "ok": ("met", "on_track"),
    "risk": ("at_risk",),
    "bad": ("missed",),
    "none": ("no_data", "not_measurable"),
}
"""The four answers in which a reader wants the states summed up."""

NO_FIGURE = frozenset({"no_data", "not_measurable"})
"""States of targets that have no figure."""

_MONTHS_SHOWN = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One row. `told` is what the service said; `state` adds to its states that a target cannot be measured at all."""

    told: Mapping[str, Any]
    state: str
    months: tuple[Month, ...]
    spark: Line | None

    @property
    def kind(self) -> str:
        """The shape and colour of its state."""
        return KINDS[self.state]

    @property
    def section(self) -> str:
        """The part of the plan in which it stands, such as II.5."""
        return str(self.told.get("paragraph") or "").partition(" ")[0]


def target_of(told: Mapping[str, Any]) -> Target:
    """Read what the service says of one target."""
    months = months_of(told.get("trend") or ())
    return Target(told=told, state=_state(told), months=months, spark=sparkline(months, told.get("value")))


def months_of(told: Sequence[Mapping[str, Any]]) -> tuple[Month, ...]:
    """Read a line of months, the newest twelve."""
    months = [Month(str(it["month"])[:7], it.get("value")) for it in told]
    return tuple(sorted(months, key=lambda it: it.month)[-_MONTHS_SHOWN:])


def sections_of(targets: Sequence[Target]) -> list[str]:
    """Give the sections in the order in which they come."""
    return list(dict.fromkeys(target.section for target in targets))


def counts_of(targets: Sequence[Target]) -> dict[str, int]:
    """Count the targets in each of the four answers."""
    return {group: sum(target.state in states for target in targets) for group, states in GROUPS.items()}


def _state(told: Mapping[str, Any]) -> str:
    if not told.get("measurable", True):
        return "not_measurable"
    state = (told.get("status") or {}).get("state")
    return str(state) if state in KINDS else "no_data"
