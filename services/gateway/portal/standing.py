"""How a task, or a report that is owed, stands: a word, a shape, and the days that go with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SOON_DAYS = 7
GROUPS = ("overdue", "soon", "later", "undated", "desk", "ended")
"""How a list is grouped: what has to be done first stands first."""

_AT_DESK = frozenset({"reported", "refused"})
_ENDED = frozenset({"completed", "cancelled"})
_TIMELINESS = {"on_time": "ok", "extended": "ok", "late": "risk"}
_DUTIES = {"open": "none", "submitted": "none", "returned": "risk", "approved": "ok", "missing": "bad"}
_MEASUREMENTS = {"submitted": "none", "approved": "none", "published": "ok", "returned": "risk", "replaced": "none"}
MEASUREMENT_STAGES = tuple(_MEASUREMENTS)
"""How far an official measurement has come."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """`kind` names shape and colour, `key` the word, `params` what the word needs, `group` the list's part."""

    kind: str
    key: str
    group: str
    params: Mapping[str, Any] = field(default_factory=dict)


def standing_of(task: Mapping[str, Any]) -> Standing:
    """Say how a task stands, by what the tasks service tells of it."""
    state, left = task["state"], task.get("days_left")
    if state == "completed":
        timeliness = task.get("timeliness") or "on_time"
        return Standing(kind=_TIMELINESS.get(timeliness, "ok"), key=f"completed_{timeliness}", group="ended")
    if state in _ENDED:
        return Standing(kind="none", key=state, group="ended")
    if state in _AT_DESK:
        return Standing(kind="risk" if state == "refused" else "none", key=state, group="desk")
    return _by_day(left)


def _by_day(left: int | None) -> Standing:
    if left is None:
        return Standing(kind="none", key="undated", group="undated")
    if left < 0:
        return Standing(kind="bad", key="overdue", group="overdue", params={"days": -left})
    if left == 0:
        return Standing(kind="risk", key="today", group="soon")
    if left <= SOON_DAYS:
        return Standing(kind="risk", key="left", group="soon", params={"days": left})
    return Standing(kind="none", key="left", group="later", params={"days": left})


def grouped(tasks: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Put tasks into the groups that have any, each in the order given."""
    groups: dict[str, list[Mapping[str, Any]]] = {name: [] for name in GROUPS}
    for task in tasks:
        groups[standing_of(task).group].append(task)
    return {name: held for name, held in groups.items() if held}


def duty_kind(state: str) -> str:
    """Give the shape and colour of a report duty's state."""
    return _DUTIES.get(state, "none")


def measurement_kind(stage: str) -> str:
    """Give the shape and colour of an official measurement's stage."""
    return _MEASUREMENTS.get(stage, "none")
