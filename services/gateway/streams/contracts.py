"""The contract of every message that a stream holds: JSON Schema and example, as the services publish them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.gateway.streams.channels import STREAM_OF_TOPIC

_SERVICES = Path(__file__).parents[2]
_VECTORS = Path(__file__).parents[1] / "contract" / "stream-chain.v1.vectors.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """One message: its CloudEvents type, its topic, and what its data is."""

    type: str
    topic: str
    schema: dict[str, Any]
    example: dict[str, Any]

    @property
    def name(self) -> str:
        """Give a name that documents can refer to: `tasks.task_assigned.v1`."""
        return self.type.removeprefix("cchc.")


@cache
def stream_contracts() -> tuple[Contract, ...]:
    """Read the contracts of the streams' topics, by type."""
    found = [_contract(path) for path in sorted(_SERVICES.glob("*/contract/*.schema.json"))]
    return tuple(it for it in found if it.topic in STREAM_OF_TOPIC)


def chain_vectors() -> dict[str, Any]:
    """Read how the rolling hash is made, with its test vectors."""
    read: dict[str, Any] = json.loads(_VECTORS.read_text("utf-8"))
    return read


def _contract(path: Path) -> Contract:
    schema = json.loads(path.read_text("utf-8"))
    example = json.loads(path.with_name(path.name.replace(".schema.", ".example.")).read_text("utf-8"))
    topic = str(schema.get("x-topic", ""))
    service = topic.partition(".")[0]
    kind = path.name.removesuffix(".schema.json")
    return Contract(type=f"cchc.{service}.{kind}", topic=topic, schema=schema, example=example)
