"""The only source of randomness."""

import secrets
import uuid
from collections.abc import Callable
from uuid import UUID

NewId = Callable[[], UUID]
"""What a handler takes when it needs fresh ids."""

PAIRING_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Characters that nobody mistakes for another when they are read aloud or copied by hand."""


def new_id() -> UUID:
    """Make a random id (UUID version 4)."""
    return uuid.uuid4()  # noqa: TID251 - the one place


def new_code(length: int) -> str:
    """Make a code that people can type: `length` characters of `PAIRING_ALPHABET`."""
    return "".join(secrets.choice(PAIRING_ALPHABET) for _ in range(length))


def new_secret(size_bytes: int = 32) -> bytes:
    """Make `size_bytes` of key material."""
    return secrets.token_bytes(size_bytes)
