"""The figures by which the programme is run from day to day; no target names them, and they move with every task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.domain import Unavailable
from services.gateway.portal.asking import Asking, NothingThere
from services.gateway.portal.board import months_of
from services.gateway.portal.series import Line, sparkline

OPERATING = ("TASKS_DONE", "TASKS_ON_TIME", "TASKS_OVERDUE", "REPORTS_ON_TIME", "ONTIME_766", "SAT_COUNTER")
"""Which ones, in the order in which they are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Operating:
    """One figure of the year so far: what it is called, its sums, its value, and how it came here."""

    indicator: Mapping[str, Any]
    total: Mapping[str, Any]
    spark: Line | None


def operating_figures(asking: Asking, query: Mapping[str, str | None]) -> list[Operating]:
    """Ask for those that have a figure; one that cannot be had now is left out, and the board still stands."""
    found = (_figure(asking, code, query) for code in OPERATING)
    return [figure for figure in found if figure is not None]


def _figure(asking: Asking, code: str, query: Mapping[str, str | None]) -> Operating | None:
    try:
        told = asking.read(f"/api/indicators/v1/indicators/{code}/figures", **query)
    except (NothingThere, Unavailable):
        return None
    if told["total"] is None or told["total"]["value"] is None:
        return None
    spark = sparkline(months_of(told["series"]), None)
    return Operating(indicator=told["indicator"], total=told["total"], spark=spark)
