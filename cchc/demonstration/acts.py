"""What happens in the demonstration's year: one entry per wish that somebody sends, all of them worked out beforehand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Somebody asks for something on a day. `order` says what comes first among one day's acts about one thing."""

    on: date
    actor: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    method: str = "POST"
    order: int = 0


def by_day(acts: Iterable[Act]) -> dict[date, list[Act]]:
    """Give the acts of each day in their order."""
    found: dict[date, list[Act]] = {}
    for act in sorted(acts, key=lambda act: (act.on, act.order)):
        found.setdefault(act.on, []).append(act)
    return found
