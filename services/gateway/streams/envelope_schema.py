"""The envelope of every message as JSON Schema: CloudEvents 1.0 with the product's extensions."""

from typing import Any

from services.gateway.streams.contracts import Contract

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}

_ATTRIBUTES: dict[str, Any] = {
    "specversion": {"const": "1.0"},
    "id": _TEXT | {"description": "The same at every door; whoever has seen it drops the second."},
    "source": _TEXT | {"description": "`/cchc/<tenant>/<service>`."},
    "type": _TEXT,
    "subject": _TEXT | {"description": "What the message is about; messages of one subject keep their order."},
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"const": "application/json"},
    "dataschema": {"type": "string"},
    "number": {"type": "string", "pattern": "^[0-9]{20}$", "description": "Dense in each lane of the Kafka topic."},
    "incarnation": {"type": "string", "format": "uuid", "description": "The life of the store that wrote it."},
    "streamversion": {"type": "integer"},
    "partitionkey": {"type": "string"},
    "traceparent": {"type": "string"},
    "correlationid": {"type": "string"},
    "causationid": {"type": "string"},
}

_PLACE: dict[str, Any] = {
    "sequence": {"type": "string", "pattern": "^[0-9]{20}$", "description": "Gap-free in the channel, from 1."},
    "streamtoken": {"type": "string", "description": "Where to go on after this message."},
}

_REQUIRED = ["specversion", "id", "source", "type", "subject", "time", "data"]


def any_event() -> dict[str, Any]:
    """Give the schema of a message at a door, whatever its type: newer types come without notice."""
    return {
        "type": "object",
        "description": "A CloudEvent. Read the types that you know, leave the others, ignore fields you do not know.",
        "required": [*_REQUIRED, "sequence", "streamtoken"],
        "properties": _PLACE | _ATTRIBUTES | {"data": {"type": "object"}},
    }


def event_of(contract: Contract) -> dict[str, Any]:
    """Give the schema of a message of one type; `sequence` and `streamtoken` are the doors', Kafka has none."""
    data = {name: said for name, said in contract.schema.items() if name not in {"$schema", "$id", "x-topic"}}
    # Producers are held to their fields; readers have to take new ones.
    data.pop("additionalProperties", None)
    return {
        "type": "object",
        "required": _REQUIRED,
        "properties": _PLACE | _ATTRIBUTES | {"type": {"const": contract.type}, "data": data},
    }


def example_of(contract: Contract, tenant: str) -> dict[str, Any]:
    """Give a whole message of one type."""
    service = contract.topic.partition(".")[0]
    return {
        "sequence": "00000000000000000042",
        "streamtoken": "1.42.0123456789abcdef",
        "number": "00000000000000000007",
        "incarnation": "3f2b7c1e-58a4-4d3c-9a41-6d0e5b8f1c22",
        "specversion": "1.0",
        "id": "0197b2c4-7d10-7c3e-8f65-2a4b9d6e1f03",
        "source": f"/cchc/{tenant}/{service}",
        "type": contract.type,
        "subject": "example-1",
        "time": "2021-06-18T01:00:00.000Z",
        "datacontenttype": "application/json",
        "partitionkey": "example-1",
        "data": contract.example,
    }
