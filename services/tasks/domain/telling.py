"""Facts that say what a command said, field by field."""

from dataclasses import fields
from typing import Any, TypeVar

from services.chassis.domain import Command, Event

Fact = TypeVar("Fact", bound=Event)


def told_by(command: Command, kind: type[Fact], **more: Any) -> Fact:
    """Make a fact of what a command says under the same names, and of what else is told."""
    names = [field.name for field in fields(kind) if field.name not in more]
    return kind(**{name: getattr(command, name) for name in names}, **more)
