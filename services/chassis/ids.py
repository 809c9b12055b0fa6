"""The only source of randomness."""

import os
import secrets
import threading
import uuid
from collections.abc import Callable
from uuid import UUID

NewId = Callable[[], UUID]
"""What a handler takes when it needs fresh ids."""

PAIRING_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Characters that nobody mistakes for another when they are read aloud or copied by hand."""


_POOL_BYTES = 1024


class _Pool(threading.local):
    """Random bytes of one thread, fetched many at a time: each system call lets go of the interpreter.

    A forked child must not hand out its parent's bytes, so bytes belong to a process.
    """

    def __init__(self) -> None:
        self._bytes = b""
        self._at = 0
        self._process = 0

    def take(self, size_bytes: int) -> bytes:
        at, process = self._at, os.getpid()
        if at + size_bytes > len(self._bytes) or process != self._process:
            self._bytes, at, self._process = secrets.token_bytes(_POOL_BYTES), 0, process
        self._at = at + size_bytes
        return self._bytes[at : self._at]


_pool = _Pool()


def new_id() -> UUID:
    """Make a random id (UUID version 4)."""
    return uuid.UUID(bytes=_pool.take(16), version=4)


def new_code(length: int) -> str:
    """Make a code that people can type: `length` characters of `PAIRING_ALPHABET`."""
    return "".join(secrets.choice(PAIRING_ALPHABET) for _ in range(length))


def new_secret(size_bytes: int = 32) -> bytes:
    """Make `size_bytes` of key material."""
    return secrets.token_bytes(size_bytes)
