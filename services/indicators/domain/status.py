"""How a target stands: its figure held against what it asks for. Compared before rounding; no data is never missed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.indicators.domain.catalogue_events import Aim, Condition, Document, Operator


class State(StrEnum):
    """How a target stands."""

    MET = "met"
    ON_TRACK = "on_track"
    """It holds so far; its year is not over, or not all of it is known."""
    AT_RISK = "at_risk"
    """It does not hold so far."""
    MISSED = "missed"
    NO_DATA = "no_data"


class Kind(StrEnum):
    """Where a figure comes from."""

    RUNNING = "running"
    OFFICIAL = "official"
    NONE = "none"


class Lack(StrEnum):
    """Why nothing can be said."""

    NOT_MEASURABLE = "not_measurable"
    NOT_BEGUN = "not_begun"
    WITHDRAWN = "withdrawn"
    NOTHING_RECORDED = "nothing_recorded"
    """An automatic figure of which no fact was told."""
    NOTHING_PUBLISHED = "nothing_published"
    """A figure that is measured by hand, and nobody published one."""
    NOTHING_TO_DIVIDE_BY = "nothing_to_divide_by"
    UNITS_MISSING = "units_missing"
    SET_UNKNOWN = "set_unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What is known of an indicator for the units and the year of a target. `since` to `until` is what it covers."""

    kind: Kind = Kind.NONE
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    since: date | None = None
    until: date | None = None
    period: str | None = None
    document: Document | None = None
    n: int | None = None
    interval: tuple[float, float] | None = None
    units_known: int = 0
    units: int = 0
    lack: Lack | None = Lack.NOTHING_PUBLISHED


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a target stands; of a set, how each of it stands, in order."""

    state: State
    lack: Lack | None = None
    parts: tuple["Verdict", ...] = ()


_STATES = {
    (True, True): State.MET,
    (True, False): State.ON_TRACK,
    (False, False): State.AT_RISK,
    (False, True): State.MISSED,
}


def judge(aim: Aim, readings: Mapping[str, Reading], as_of: date) -> Verdict:
    """Say how a target stands on a day.

    Args:
        aim: What it asks for.
        readings: What is known of each indicator that it names.
        as_of: The day.
    """
    if not aim.measurable or aim.operator is None:
        return _unknown(Lack.NOT_MEASURABLE)
    if as_of < date(aim.year, 1, 1):
        return _unknown(Lack.NOT_BEGUN)
    if aim.operator == "at_least":
        return _of_set(aim, readings, as_of)
    condition = Condition(indicator=aim.indicator or "", operator=aim.operator, value=aim.value)
    return _single(condition, readings.get(condition.indicator, Reading()), aim.year, as_of)


def holds(operator: Operator, value: float, threshold: float | None) -> bool:
    """Hold a value, not rounded, against a threshold."""
    limit = threshold or 0.0
    match operator:
        case "eq":
            return value == limit
        case "gte" | "at_least":
            return value >= limit
        case "gt":
            return value > limit
        case "lte_rank":
            return value <= limit
        case "document":
            return value >= 1


def _single(condition: Condition, reading: Reading, year: int, as_of: date) -> Verdict:
    if reading.lack is not None or reading.value is None:
        return _unknown(reading.lack or Lack.NOTHING_TO_DIVIDE_BY)
    fulfilled = holds(condition.operator, reading.value, condition.value)
    return Verdict(state=_STATES[fulfilled, _is_final(condition, reading, year, as_of, fulfilled=fulfilled)])


def _is_final(condition: Condition, reading: Reading, year: int, as_of: date, *, fulfilled: bool) -> bool:
    if condition.operator == "lte_rank" or (condition.operator == "document" and fulfilled):
        return True
    ends_on = date(year, 12, 31)
    return as_of >= ends_on and reading.until is not None and reading.until >= ends_on


def _of_set(aim: Aim, readings: Mapping[str, Reading], as_of: date) -> Verdict:
    parts = tuple(_single(it, readings.get(it.indicator, Reading()), aim.year, as_of) for it in aim.conditions)
    counts = {state: sum(part.state is state for part in parts) for state in State}
    wanted = aim.value or 0
    fulfilled = counts[State.MET] + counts[State.ON_TRACK]
    possible = fulfilled + counts[State.AT_RISK]
    if fulfilled >= wanted:
        return Verdict(state=State.MET if counts[State.MET] >= wanted else State.ON_TRACK, parts=parts)
    if possible + counts[State.NO_DATA] < wanted:
        return Verdict(state=State.MISSED, parts=parts)
    if possible >= wanted:
        return Verdict(state=State.AT_RISK, parts=parts)
    return Verdict(state=State.NO_DATA, lack=Lack.SET_UNKNOWN, parts=parts)


def _unknown(lack: Lack) -> Verdict:
    return Verdict(state=State.NO_DATA, lack=lack)
