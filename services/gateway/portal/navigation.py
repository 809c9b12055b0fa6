"""Which pages the head of every page leads to, by what a reader may do."""

from dataclasses import dataclass

SIGNED_IN = "signed_in"
"""Stands among the roles of everybody who is signed in."""

DESK = frozenset({"reform_desk", "operator"})
LEADERS = DESK | {"chairman", "inspector"}
UNIT_PEOPLE = frozenset({"unit_head", "unit_clerk"})
FIGURE_READERS = LEADERS | UNIT_PEOPLE | {"provincial_reader"}
"""Who reads official figures before they are published."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A page in the head: its address, the key of its name, and who sees it; no roles for everybody."""

    path: str
    key: str
    roles: frozenset[str] = frozenset()


DESTINATIONS = (
    Destination("/targets", "site.targets"),
    Destination("/plans", "site.plan"),
    Destination("/tasks", "site.tasks", LEADERS | UNIT_PEOPLE),
    Destination("/reports", "site.reports", LEADERS | UNIT_PEOPLE),
    Destination("/inbox", "site.inbox", UNIT_PEOPLE),
    Destination("/measurements", "site.measurements", FIGURE_READERS),
    Destination("/registers", "site.registers", LEADERS | UNIT_PEOPLE),
    Destination("/counter-results", "site.counter_results"),
    Destination("/fleet", "site.fleet", DESK | UNIT_PEOPLE),
    Destination("/people", "site.people", DESK),
)
"""Every destination, in the order in which they stand."""


def pages_for(roles: frozenset[str]) -> tuple[Destination, ...]:
    """Give the destinations of a reader."""
    return tuple(it for it in DESTINATIONS if not it.roles or it.roles & roles)
