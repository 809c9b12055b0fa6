"""docs/events.md: what services tell each other, and the facts that each keeps to itself."""

import dataclasses
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import services
from cchc.docs.modules import product_modules
from cchc.docs.tables import page, table
from services.chassis.domain import Event

_OPENING = """\
Services share messages, never classes. A **message** leaves its service through the event log: a CloudEvent whose `data`
fits the JSON Schema in `services/<service>/contract/`; readers ignore fields that they do not know. A **fact** is private:
it stands in the store of the service that recorded it, under a wire name that never changes, and only the messages listed
here are made from facts."""


def events_page() -> str:
    """Write the page."""
    product_modules()
    return page(
        "Events",
        _OPENING,
        "## Messages\n",
        *[_service_messages(service, schemas) for service, schemas in _contracts().items()],
        "## Facts\n",
        *[_service_facts(service, facts) for service, facts in _facts().items()],
    )


def _contracts() -> dict[str, list[tuple[str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for path in sorted(Path(services.__path__[0]).glob("*/contract/*.schema.json")):
        name = path.name.removesuffix(".schema.json")
        found.setdefault(path.parent.parent.name, []).append((name, json.loads(path.read_text("utf-8"))))
    return found


def _service_messages(service: str, schemas: list[tuple[str, dict[str, Any]]]) -> str:
    rows = [
        (
            f"[`cchc.{_spoken_as(service, schema)}.{name}`](../services/{service}/contract/{name}.schema.json)",
            f"`{schema['x-topic']}`" if "x-topic" in schema else "",
            str(schema.get("description", schema.get("title", ""))),
            ", ".join(f"`{field}`" for field in schema.get("properties", {})),
        )
        for name, schema in schemas
    ]
    return f"### {service}\n\n" + table(("Message", "Topic", "Meaning", "Data"), rows)


def _spoken_as(service: str, schema: dict[str, Any]) -> str:
    # The gateway's directory speaks under its own name; a topic begins with the name that its messages carry.
    return str(schema.get("x-topic", service)).split(".")[0]


def _facts() -> dict[str, list[type[Event]]]:
    found: dict[str, list[type[Event]]] = {}
    for kind in sorted(all_events(), key=lambda kind: kind.wire_name):
        found.setdefault(kind.__module__.split(".")[1], []).append(kind)
    return found


def all_events() -> list[type[Event]]:
    """List the event classes of the product's modules that are imported now."""
    return [kind for kind in _below(Event) if kind.__module__.startswith("services.") and _stands(kind)]


def _stands(kind: type[Event]) -> bool:
    # A slotted dataclass is a second class of the same name; the first one lingers until it is collected.
    return "wire_name" in vars(kind) and getattr(sys.modules[kind.__module__], kind.__name__, None) is kind


def _below(kind: type[Event]) -> Iterator[type[Event]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _service_facts(service: str, facts: list[type[Event]]) -> str:
    rows = [
        (
            f"`{kind.wire_name}`",
            (inspect.getdoc(kind) or "").partition("\n")[0],
            ", ".join(f"`{field.name}`" for field in dataclasses.fields(kind)),
        )
        for kind in facts
    ]
    return f"### {service}\n\n" + table(("Fact", "Meaning", "Data"), rows)
