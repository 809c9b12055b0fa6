"""A batch of requests as the binary arrays that PostgreSQL's append function takes.

The arrays are written here, not by the driver's adapters: at a few hundred facts per call those cost more than
the database does.
"""

import struct
from collections.abc import Iterable, Sequence
from itertools import chain
from uuid import UUID

from services.chassis.event_store.port import AppendRequest

UUID_OID, BOOL_OID = 2950, 16
_BOOLEANS, _BYTES, _SHORTS, _INTEGERS, _TEXTS, _UUIDS = 1000, 1001, 1005, 1007, 1009, 2951
_ELEMENT = {_BOOLEANS: 16, _BYTES: 17, _SHORTS: 21, _INTEGERS: 23, _TEXTS: 25, _UUIDS: 2950}

PARAMETER_TYPES = (
    *(UUID_OID, BOOL_OID),
    *(_TEXTS, _INTEGERS),
    *(_TEXTS, _INTEGERS, _INTEGERS, _BOOLEANS),
    *(_TEXTS, _INTEGERS, _TEXTS, _BYTES, _BYTES, _UUIDS, _BYTES, _BYTES),
    *(_INTEGERS, _TEXTS, _SHORTS, _TEXTS, _BYTES),
    *(_INTEGERS, _TEXTS),
)
"""Types of the function's parameters, in order."""

_NULL = b"\xff\xff\xff\xff"
_length = struct.Struct(">i").pack
_EMPTY = {kind: struct.pack(">iii", 0, 0, element) for kind, element in _ELEMENT.items()}


def parameters_of(requests: Sequence[AppendRequest], incarnation: UUID) -> list[bytes]:
    """Write a batch as the function's parameters."""
    heads, follows_itself = _stream_heads(requests)
    plain = follows_itself and _has_no_twins(requests)
    return [
        incarnation.bytes,
        b"\x01" if plain else b"\x00",
        _texts(heads),
        _integers(heads.values()),
        *_commands(requests),
        *_facts(requests),
        *_messages(requests),
        *_claims(requests),
    ]


def _stream_heads(requests: Sequence[AppendRequest]) -> tuple[dict[str, int], bool]:
    """Give the version at which the batch needs each stream, and whether commands on one stream follow each other."""
    heads: dict[str, int] = {}
    reached: dict[str, int] = {}
    for request in requests:
        expected = request.expected_version
        if reached.setdefault(request.stream, expected) != expected:
            return heads, False
        heads.setdefault(request.stream, expected)
        reached[request.stream] = expected + len(request.facts)
    return heads, True


def _has_no_twins(requests: Sequence[AppendRequest]) -> bool:
    ids = [request.command_id for request in requests if request.command_id is not None]
    claims = [claim for request in requests for claim in request.claims]
    return len(set(ids)) == len(ids) and len(set(claims)) == len(claims)


def _commands(requests: Sequence[AppendRequest]) -> list[bytes]:
    return [
        _texts([request.stream for request in requests]),
        _integers([request.expected_version for request in requests]),
        _integers([len(request.facts) for request in requests]),
        _numbers(_BOOLEANS, "?", [request.follows for request in requests]),
    ]


def _facts(requests: Sequence[AppendRequest]) -> list[bytes]:
    streams: list[str] = []
    versions: list[int] = []
    ids: list[bytes | None] = []
    hashes: list[bytes | None] = []
    results: list[bytes | None] = []
    for request in requests:
        if count := len(request.facts):
            following = (None,) * (count - 1)
            version, command_id = request.expected_version + 1, request.command_id
            streams += (request.stream,) * count
            versions += range(version, version + count)
            ids += (None if command_id is None else command_id.bytes, *following)
            hashes += (None if command_id is None else request.command_hash, *following)
            results += (request.result, *following)
    facts = [fact for request in requests for fact in request.facts]
    return [
        _texts(streams),
        _integers(versions),
        _texts([fact.type for fact in facts]),
        _array(_BYTES, [fact.data for fact in facts]),
        _array(_BYTES, [fact.metadata for fact in facts]),
        _array(_UUIDS, ids),
        _array(_BYTES, hashes),
        _array(_BYTES, results),
    ]


def _messages(requests: Sequence[AppendRequest]) -> list[bytes]:
    messages = [message for request in requests for message in request.messages]
    commands = [command for command, request in enumerate(requests, 1) for _ in request.messages]
    return [
        _integers(commands),
        _texts([message.topic for message in messages]),
        _numbers(_SHORTS, "h", [message.partition for message in messages]),
        _texts([message.key for message in messages]),
        _array(_BYTES, [message.value for message in messages]),
    ]


def _claims(requests: Sequence[AppendRequest]) -> list[bytes]:
    # A claim named twice by one command is one claim.
    claims = [
        (command, claim) for command, request in enumerate(requests, 1) for claim in dict.fromkeys(request.claims)
    ]
    return [_integers([command for command, _ in claims]), _texts([claim for _, claim in claims])]


def _texts(values: Iterable[str]) -> bytes:
    return _array(_TEXTS, [value.encode() for value in values])


def _array(kind: int, values: Sequence[bytes | None]) -> bytes:
    if not values:
        return _EMPTY[kind]
    has_null = None in values
    parts = [struct.pack(">iiiii", 1, has_null, _ELEMENT[kind], len(values), 1)]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts += (_length(len(value)), value)
    return b"".join(parts)


def _integers(values: Iterable[int]) -> bytes:
    return _numbers(_INTEGERS, "i", list(values))


def _numbers(kind: int, code: str, values: Sequence[int]) -> bytes:
    if not values:
        return _EMPTY[kind]
    width = struct.calcsize(">" + code)
    elements = chain.from_iterable((width, value) for value in values)
    layout = ">iiiii" + ("i" + code) * len(values)
    return struct.pack(layout, 1, 0, _ELEMENT[kind], len(values), 1, *elements)
