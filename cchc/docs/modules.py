"""Every module of the product, imported, so that what they declare can be listed. Importing one does nothing else."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import TypeVar

import services

Declared = TypeVar("Declared")

_LEFT_OUT = ("services.chassis.testing", ".migrations.", ".kiosk")


@cache
def product_modules() -> tuple[ModuleType, ...]:
    """Import and list them, by name."""
    return tuple(importlib.import_module(name) for name in sorted(_names()))


def declared(kind: type[Declared]) -> list[Declared]:
    """List the objects of a type that modules hold under a name of their own, each once."""
    found: dict[int, Declared] = {}
    for module in product_modules():
        for value in vars(module).values():
            if isinstance(value, kind):
                found[id(value)] = value
    return list(found.values())


def _names() -> Iterator[str]:
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if not any(part in f"{module.name}." for part in _LEFT_OUT):
            yield module.name
