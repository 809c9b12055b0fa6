"""Personal fields inside facts: each person has a key of their own, and erasing somebody destroys it.

Facts are never edited. What must be forgettable stands in them sealed under its subject's key; without the key it is
noise, in the store and in every copy that is made from now on. A journal outside the database says who was erased, so
that restoring an older copy, in which the key still lies, erases again.
"""

import base64
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Connection, Engine, LargeBinary, MetaData, String, Table, delete, insert, select

from services.chassis.clock import rfc3339
from services.chassis.ids import new_secret

PRIVACY_TABLES = MetaData()

subject_keys = Table(
    "subject_keys",
    PRIVACY_TABLES,
    Column("subject_id", String(64), primary_key=True),
    Column("data_key", LargeBinary, nullable=False),
)

ERASURES_FILE = "erasures.jsonl"
"""The journal's name; it lies beside the key files, never in a database."""

_NONCE_BYTES = 12


def create_subject_keys(connection: Connection) -> None:
    """Create the table of keys where it is missing."""
    PRIVACY_TABLES.create_all(connection)


def seal(text: str, key: bytes, *, subject_id: str, field: str) -> str:
    """Seal a personal field by AES-256-GCM; it opens for the same subject and field only."""
    nonce = new_secret(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _bound(subject_id, field))
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, key: bytes | None, *, subject_id: str, field: str) -> str | None:
    """Open a sealed field, `None` when its key was destroyed or does not fit."""
    if key is None:
        return None
    try:
        packed = base64.b64decode(sealed)
        opened = AESGCM(key).decrypt(packed[:_NONCE_BYTES], packed[_NONCE_BYTES:], _bound(subject_id, field))
    except (InvalidTag, ValueError):
        return None
    return opened.decode()


def _bound(subject_id: str, field: str) -> bytes:
    return f"{subject_id}|{field}".encode()


class SubjectKeys:
    """The data keys of people, in a table beside the event store whose facts they open."""

    def __init__(self, reader: Engine) -> None:
        """Read through `reader`; what changes a key is given the transaction that it belongs to."""
        self._reader = reader

    def make(self, connection: Connection, subject_id: str) -> bytes:
        """Make and keep a subject's key."""
        key = new_secret()
        connection.execute(insert(subject_keys).values(subject_id=subject_id, data_key=key))
        return key

    def find(self, *subject_ids: str) -> Mapping[str, bytes]:
        """Give the keys that are there, of some subjects or of all."""
        query = select(subject_keys.c.subject_id, subject_keys.c.data_key)
        if subject_ids:
            query = query.where(subject_keys.c.subject_id.in_(subject_ids))
        with self._reader.connect() as connection:
            return {row.subject_id: bytes(row.data_key) for row in connection.execute(query)}

    def destroy(self, connection: Connection, subject_id: str) -> None:
        """Destroy a subject's key; on SQLite its bytes are overwritten in the file too."""
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        connection.execute(delete(subject_keys).where(subject_keys.c.subject_id == subject_id))


@dataclass(frozen=True, slots=True)
class ErasureJournal:
    """Says who was erased, one JSON line each, in a file that outlives every database and every restore of one."""

    path: Path

    def note(self, subject_id: str, at: datetime) -> None:
        """Write down that a subject is erased, durably, before the database is told."""
        line = json.dumps({"subject_id": subject_id, "at": rfc3339(at)}) + "\n"
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(self._fresh_line() + line.encode())
            file.flush()
            os.fsync(file.fileno())

    def _fresh_line(self) -> bytes:
        # A power cut may have left a line without its end; what follows must not become a part of it.
        written = self.path.read_bytes()
        return b"\n" if written and not written.endswith(b"\n") else b""

    def subjects(self) -> tuple[str, ...]:
        """Give everybody who was erased, in order. A line that a power cut left half-written names nobody."""
        lines = self.path.read_text("utf-8").splitlines() if self.path.exists() else []
        return tuple(dict.fromkeys(str(said["subject_id"]) for said in map(_read, lines) if said))

    def take_over(self, others: Iterable[Path], at: datetime) -> None:
        """Write down whom other journals name and this one does not yet."""
        known = set(self.subjects())
        for other in others:
            for subject_id in ErasureJournal(other).subjects():
                if subject_id not in known:
                    self.note(subject_id, at)
                    known.add(subject_id)


def _read(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "subject_id" in said else None
