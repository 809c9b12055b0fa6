"""The table of automatic indicators. A new one is a file of its own beside this one, which is found by itself."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from services.indicators.domain import running
from services.indicators.domain.running.shares import Family, Figure, Share, Shows


def _found() -> Iterator[Family]:
    beside = sorted(module.name for module in iter_modules(running.__path__, f"{running.__name__}."))
    for name in beside:
        if name != __name__:
            yield from (value for value in vars(import_module(name)).values() if isinstance(value, Family))


FAMILIES: tuple[Family, ...] = tuple(dict.fromkeys(_found()))
"""Each once, whichever files name it."""

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
