"""The rolling hash of a channel: whoever has every message of it, each once and in order, comes to the same hash.

The algorithm is published, with test vectors, in `services/gateway/contract/stream-chain.v1.vectors.json`:

- a message's digest is SHA-256 over its six lasting attributes, written as canonical JSON (RFC 8785);
- the hash before the first message is SHA-256 over the channel's id;
- the hash after a message is SHA-256 over the hash before it, followed by the message's digest.
"""

import hashlib
import json
import math
from json.encoder import encode_basestring

from services.chassis.envelope import CloudEvent

ATTRIBUTES = ("data", "id", "source", "subject", "time", "type")
"""What is hashed of a message, in the order of canonical JSON. They are the same at every door."""

_EXACT = 1e21
"""From here on canonical JSON writes whole numbers with an exponent."""

_PLAIN_EXPONENT = -6
"""Down to here it writes fractions without one."""


def beginning_of(channel: str) -> bytes:
    """Give the hash of a channel before its first message."""
    return hashlib.sha256(channel.encode()).digest()


def linked(before: bytes, digest: bytes) -> bytes:
    """Give the hash after a message, from the one before it."""
    return hashlib.sha256(before + digest).digest()


def digest_of(event: CloudEvent) -> bytes:
    """Give the digest of one message."""
    hashed = {"data": json.loads(bytes(event.data))} | {name: getattr(event, name) for name in ATTRIBUTES[1:]}
    return hashlib.sha256(canonical(hashed).encode()).digest()


def canonical(value: object) -> str:
    """Write a JSON value as RFC 8785 does; names of fields are ASCII, as every contract has them."""
    match value:
        case str():
            return encode_basestring(value)
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return str(value)
        case float():
            return _number(value)
        case dict():
            return "{" + ",".join(f"{encode_basestring(name)}:{canonical(value[name])}" for name in sorted(value)) + "}"
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON value")


def _number(value: float) -> str:
    """Write a fraction as ECMAScript does."""
    if not math.isfinite(value):
        raise ValueError("JSON knows no such number")
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    if _PLAIN_EXPONENT <= int(exponent) < 0:
        places = -int(exponent) + len(mantissa.partition(".")[2])
        return f"{value:.{places}f}"
    return f"{mantissa}e{int(exponent):+d}"
