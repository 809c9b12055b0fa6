"""What a measured figure has to be like, by the unit in which its indicator is told. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from services.indicators.domain.catalogue_events import Definition
from services.indicators.domain.errors import DocumentMissing, MeasurementIncomplete, ValueOutOfRange
from services.indicators.domain.measurement_events import Measured

MOST = 10.0**15
"""No figure is as large as this; a computer still counts one by one there."""


class Scale(NamedTuple):
    """The lowest and highest value, and whether values are whole."""

    lowest: float
    highest: float = MOST
    whole: bool = False


SCALES: Mapping[str, Scale] = {
    "percent": Scale(0, 100),
    "rank": Scale(1, 1000, whole=True),
    "index_0_1": Scale(0, 1),
    "score_0_100": Scale(0, 100),
    "score_10_80": Scale(10, 80),
    "score_0_18": Scale(0, 18),
    "level_1_5": Scale(1, 5),
    "count": Scale(0, whole=True),
    "working_days": Scale(0),
    "milestone": Scale(0, 1, whole=True),
}
"""By the names that the tenant pack gives units."""

PROVED_BY_DOCUMENT = frozenset({"rank", "milestone"})
"""A rank is what a decision publishes; a milestone is the document itself."""


def checked(measured: Measured, definition: Definition) -> float | None:
    """Let a figure pass that can be one of its indicator, and give its value, not rounded; `None` over nothing.

    Raises:
        MeasurementIncomplete: It is neither a value nor two counts, or it is both.
        ValueOutOfRange: It is off the scale.
        DocumentMissing: It needs a document.
    """
    counts = (measured.numerator, measured.denominator)
    complete = None not in counts if measured.value is None else counts == (None, None)
    if not complete:
        raise MeasurementIncomplete("Send a value, or numerator and denominator.")
    scale = SCALES.get(definition.unit, Scale(0))
    value = measured.value
    if value is None:
        value = ratio(measured.numerator, measured.denominator, definition.unit)
    if _is_off(scale, value) or min(measured.numerator or 0, measured.denominator or 0) < 0:
        raise ValueOutOfRange(f"{value} is no value in {definition.unit}.", unit=definition.unit)
    if definition.unit in PROVED_BY_DOCUMENT and value and measured.document is None:
        raise DocumentMissing(f"A figure in {definition.unit} names the document that publishes it.")
    return value


def ratio(numerator: float | None, denominator: float | None, unit: str) -> float | None:
    """Work counts out into a value of a unit; `None` where there is nothing to divide by: no data is not zero."""
    if numerator is None:
        return None
    if unit == "count":
        return numerator
    if not denominator or denominator < 0:
        return None
    return (100 * numerator if unit == "percent" else numerator) / denominator


def _is_off(scale: Scale, value: float | None) -> bool:
    if value is None:
        return False
    return not scale.lowest <= value <= scale.highest or (scale.whole and value != int(value))
