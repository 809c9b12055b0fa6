"""The figures that no machine counts: measured by the desk, approved and published by the chairman, each quarter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from cchc.demonstration.calendar import WorkingDays
from cchc.demonstration.task_acts import DESK

MEASUREMENTS = "/api/indicators/v1/measurements/"

QUARTER_ENDS: Mapping[str, date] = {
    "2021-Q1": date(2021, 3, 31),
    "2021-Q2": date(2021, 6, 30),
    "2021-Q3": date(2021, 9, 30),
    "2021-Q4": date(2021, 12, 31),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What somebody counted for a quarter: so many of so many, in the whole district."""

    on: date
    indicator: str
    period: str
    numerator: int
    denominator: int
    actor: str = DESK


COUNTED: Mapping[str, tuple[int, tuple[float, float, float, float]]] = {
    "LEGAL_DOCS_COMPLIANT": (24, (1.0, 1.0, 1.0, 1.0)),
    "TTHC_PUBLISHED": (362, (0.96, 1.0, 1.0, 1.0)),
    "EDOC_SHARE": (8400, (0.93, 0.965, 0.985, 0.997)),
    "UNITS_STAFFING_OK": (34, (1.0, 1.0, 1.0, 1.0)),
    "UNITS_BUDGET_OK": (34, (1.0, 1.0, 1.0, 1.0)),
    "UNITS_POSITION_OK": (34, (0.91, 0.94, 0.97, 1.0)),
    "UNITS_APPOINT_OK": (34, (1.0, 1.0, 1.0, 1.0)),
    "LEADERS_TRAINED": (118, (0.71, 0.78, 0.86, 0.92)),
    "COMMUNE_CS_STANDARD": (241, (0.938, 0.946, 0.954, 0.958)),
    "COMMUNE_CADRE_STANDARD": (247, (0.887, 0.895, 0.903, 0.911)),
    "DISBURSEMENT": (312_000, (0.11, 0.37, 0.61, 0.93)),
    "SAT_OFFICIAL": (600, (0.842, 0.851, 0.862, 0.874)),
}
"""How many there are, and which share of them is counted at the end of each quarter. Made up, and marked so on every page."""


def measured(days: WorkingDays, random: Random, *, until: date) -> Iterator[Measured]:
    """Give what is measured until a day, in the first working days after each quarter."""
    for quarter, (period, end) in enumerate(QUARTER_ENDS.items()):
        for indicator, (count, shares) in COUNTED.items():
            on = days.after(end, random.randint(0, 3)) if quarter < 3 else end
            if on <= until:
                numerator = round(count * shares[quarter])
                yield Measured(on=on, indicator=indicator, period=period, numerator=numerator, denominator=count)
