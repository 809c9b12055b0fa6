"""The table of automatic indicators. A new one is a file of its own beside this one, and a line here."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.indicators.domain.running.apologies import APOLOGIES
from services.indicators.domain.running.dossiers_completed import DOSSIERS_COMPLETED
from services.indicators.domain.running.dossiers_in_software import DOSSIERS_IN_SOFTWARE
from services.indicators.domain.running.dossiers_on_time import DOSSIERS_ON_TIME
from services.indicators.domain.running.dossiers_online import DOSSIERS_ONLINE
from services.indicators.domain.running.dossiers_pending import DOSSIERS_PENDING
from services.indicators.domain.running.handling_time import HANDLING_TIME
from services.indicators.domain.running.register_counts import REGISTER_COUNTS
from services.indicators.domain.running.reports_on_time import REPORTS_ON_TIME
from services.indicators.domain.running.shares import Family, Figure, Share, Shows
from services.indicators.domain.running.tasks_done import TASKS_DONE
from services.indicators.domain.running.tasks_extended import TASKS_EXTENDED
from services.indicators.domain.running.tasks_on_time import TASKS_ON_TIME
from services.indicators.domain.running.tasks_overdue import TASKS_OVERDUE
from services.indicators.domain.running.unit_plans_on_time import UNIT_PLANS_ON_TIME

FAMILIES: tuple[Family, ...] = (
    TASKS_ON_TIME,
    TASKS_DONE,
    TASKS_OVERDUE,
    TASKS_EXTENDED,
    UNIT_PLANS_ON_TIME,
    REPORTS_ON_TIME,
    DOSSIERS_ON_TIME,
    DOSSIERS_PENDING,
    DOSSIERS_COMPLETED,
    DOSSIERS_ONLINE,
    DOSSIERS_IN_SOFTWARE,
    HANDLING_TIME,
    APOLOGIES,
    REGISTER_COUNTS,
)

FIGURES: Mapping[str, Figure] = {figure.code: figure for family in FAMILIES for figure in family.figures}
"""How each automatic indicator is summed, by its code."""

VERSION = sum(family.version for family in FAMILIES)
"""Grows with each family that is added and each that changes: the figures are then built anew by themselves."""


def shows(code: str, unit: str | None, denominator: int) -> Shows:
    """Tell what is made of an indicator's sums; a register's count of an unknown unit is a share where it has a denominator."""
    if code in FIGURES:
        return FIGURES[code].shows
    if unit in {Shows.PERCENT, Shows.COUNT}:
        return Shows(unit)
    return Shows.PERCENT if denominator else Shows.COUNT


def shares_of(thing: Any) -> Iterator[Share]:
    """Give all that a thing adds, to whatever indicator, as it stands now."""
    for family in FAMILIES:
        if family.source is type(thing):
            yield from family.shares(thing)
