"""The body of every message: CloudEvents 1.0 structured JSON, with the product's extensions.

The number stands first and has a fixed width, so that a store can write it in under its lock and a reader can read it
without decoding the rest: `{"number":"00000000000000000042","incarnation":"…`.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.chassis.clock import rfc3339
from services.chassis.domain import InvalidMessage

PARTITIONS = 12
"""Partitions of every topic, never changed."""

NUMBER_AT = slice(11, 31)
"""Where the 20 digits of the number stand in a body."""

INCARNATION_AT = slice(48, 84)
"""Where the incarnation stands in a body, right behind the number."""

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"

_UNNUMBERED = "0" * 20
_PREFIX = b'{"number":"'
_BETWEEN = b'","incarnation":"'


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """Where a fact came from: W3C trace context and the ids of the journey. All optional; blocks carry none."""

    traceparent: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None


class CloudEvent(msgspec.Struct, kw_only=True, frozen=True, gc=False, rename="lower"):
    """A message as a reader sees it. `data` is left encoded: the reader decodes it into a type of its own."""

    number: str
    incarnation: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    dataschema: str | None = None
    streamversion: int | None = None
    partitionkey: str | None = None
    traceparent: str | None = None
    correlationid: str | None = None
    causationid: str | None = None


_decoder = msgspec.json.Decoder(CloudEvent)
_encoder = msgspec.json.Encoder()


def encode(  # noqa: PLR0913 - a CloudEvent has this many attributes
    *,
    incarnation: UUID,
    event_id: UUID,
    source: str,
    type: str,  # noqa: A002 - the attribute's own name
    subject: str,
    time: datetime,
    data: Mapping[str, object] | msgspec.Struct | msgspec.Raw,
    key: str,
    stream_version: int | None = None,
    dataschema: str | None = None,
    trace: Trace | None = None,
) -> bytes:
    """Write a body whose number is still zeros; the store fills it in."""
    body: dict[str, object] = {
        "number": _UNNUMBERED,
        "incarnation": str(incarnation),
        "specversion": "1.0",
        "id": str(event_id),
        "source": source,
        "type": type,
        "subject": subject,
        "time": rfc3339(time),
        "datacontenttype": "application/json",
        "dataschema": dataschema,
        "streamversion": stream_version,
        "partitionkey": key,
    }
    if trace is not None:
        body |= {
            "traceparent": trace.traceparent,
            "correlationid": trace.correlation_id,
            "causationid": trace.causation_id,
        }
    present = {name: value for name, value in body.items() if value is not None}
    present["data"] = data
    return _encoder.encode(present)


def numbered(value: bytes, number: int) -> bytes:
    """Write `number` into a body."""
    return value[: NUMBER_AT.start] + b"%020d" % number + value[NUMBER_AT.stop :]


def number_of(value: bytes) -> int:
    """Read the number of a body without decoding the rest.

    Raises:
        InvalidMessage: The body does not start with a number of 20 digits.
    """
    digits = value[NUMBER_AT]
    if not value.startswith(_PREFIX) or len(digits) != 20 or not digits.isdigit():
        raise InvalidMessage("the body does not start with its number")
    return int(digits)


def incarnation_of(value: bytes) -> str:
    """Read the incarnation of a body without decoding the rest.

    Raises:
        InvalidMessage: The body does not carry an incarnation behind its number.
    """
    if value[NUMBER_AT.stop : INCARNATION_AT.start] != _BETWEEN or len(value) < INCARNATION_AT.stop:
        raise InvalidMessage("the body does not carry its incarnation behind its number")
    return value[INCARNATION_AT].decode("ascii", "replace")


def decode(value: bytes) -> CloudEvent:
    """Read a body.

    Raises:
        InvalidMessage: The body is not a CloudEvent of ours.
    """
    try:
        return _decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidMessage(str(error)) from error


def decode_all(values: Iterable[bytes | None]) -> list[CloudEvent | None]:
    """Read many bodies; a tombstone is `None`.

    Raises:
        InvalidMessage: One of them is not a CloudEvent of ours.
    """
    read = _decoder.decode
    try:
        return [None if value is None else read(value) for value in values]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidMessage(str(error)) from error


@functools.lru_cache(maxsize=65536)
def partition_of(key: str) -> int:
    """Choose the partition of a key as Kafka's default partitioner does (murmur2)."""
    return (_murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS


def _murmur2(data: bytes) -> int:
    # The constants and shifts are those of org.apache.kafka.common.utils.Utils.murmur2.
    mixer, mask = 0x5BD1E995, 0xFFFFFFFF
    state = (0x9747B28C ^ len(data)) & mask
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at : at + 4], "little") * mixer & mask
        word = (word ^ (word >> 24)) * mixer & mask
        state = (state * mixer & mask) ^ word
    if rest := data[whole:]:
        state = (state ^ int.from_bytes(rest, "little")) * mixer & mask
    state = (state ^ (state >> 13)) * mixer & mask
    return state ^ (state >> 15)
