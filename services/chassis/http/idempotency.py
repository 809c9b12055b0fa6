"""Idempotency-Key: the same request sent again is answered as the first time, from what the store kept with the facts.

The key becomes the `command_id` of the append and the request its `command_hash`; the answer goes in as `result`, in
the same transaction, so that a failure is never remembered as success.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import msgspec
from flask import Response, g, request

from services.chassis.event_store.port import Outcome, Verdict
from services.chassis.http.blueprints import View, refuses, takes_header
from services.chassis.http.bodies import json_answer
from services.chassis.http.refusals import IdempotencyKeyInvalid, IdempotencyKeyReused
from services.chassis.ids import new_id

_KEYS = UUID("5b0c8f0a-5a50-4d1c-9a3e-0d5a7c6e2f11")
_KEY = re.compile(r"[!-~]{8,255}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandKey:
    """What an append needs to know a request again."""

    id: UUID
    hash: bytes


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as the store keeps it beside the facts."""

    status: int
    body: Any

    def encode(self) -> bytes:
        """Write it for `AppendRequest.result`."""
        return msgspec.json.encode(self, enc_hook=str)


def idempotent(view: View) -> View:
    """Document that a route takes an Idempotency-Key."""
    described = takes_header("Idempotency-Key", "8 to 255 visible characters; the same request again is done once.")
    return refuses(IdempotencyKeyInvalid, IdempotencyKeyReused)(described(view))


def command_key() -> CommandKey:
    """Give the id and hash of the present request; without an Idempotency-Key it is one of its own.

    Raises:
        IdempotencyKeyInvalid: The key is not 8 to 255 visible characters.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return CommandKey(id=new_id(), hash=b"")
    if not _KEY.fullmatch(given):
        raise IdempotencyKeyInvalid("The key must be 8 to 255 visible characters.")
    sender = getattr(g.get("caller"), "subject", None) or g.get("device_id", "")
    address = f"{request.method} {request.path}"
    digest = hashlib.sha256(address.encode() + b"\n" + request.get_data()).digest()
    return CommandKey(id=uuid5(_KEYS, f"{sender}\n{given}"), hash=digest)


def answer_once(verdict: Verdict, answer: StoredAnswer) -> Response:
    """Answer a recorded command: the first time with `answer`, later with what was stored then.

    Raises:
        IdempotencyKeyReused: The key came before with another request.
    """
    if verdict.outcome is Outcome.CONFLICT:
        raise IdempotencyKeyReused("The key was used for another request.")
    if verdict.outcome is Outcome.CREATED or verdict.result is None:
        return json_answer(answer.body, answer.status)
    stored = msgspec.json.decode(verdict.result, type=StoredAnswer)
    response = json_answer(stored.body, stored.status)
    response.headers["Idempotency-Replayed"] = "true"
    return response
