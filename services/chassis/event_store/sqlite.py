"""The event store on SQLite: one writing connection, `BEGIN IMMEDIATE`, every commit flushed to the disk."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pysqlite3.dbapi2 as driver
from sqlalchemy import Connection, Engine

from services.chassis.clock import Clock, SystemClock
from services.chassis.domain import Refusal, Unavailable
from services.chassis.event_store.port import (
    NO_STREAM,
    AppendRequest,
    OutboxRow,
    RecordedFact,
    Verdict,
)
from services.chassis.event_store.readers import Readers, open_driver_connection
from services.chassis.event_store.requests import check_requests
from services.chassis.event_store.sqlite_batch import record
from services.chassis.event_store.timestamps import from_microseconds

_FACTS = (
    "SELECT position, stream, version, type, data, metadata, recorded_at, command_id, command_hash, result FROM events"
)
_OUTBOX = "SELECT position, topic, partition, number, key, value, incarnation FROM outbox"

# These carry their reason in the low byte of the code; everything else is a mistake of the program.
_PASSING = {driver.SQLITE_BUSY, driver.SQLITE_LOCKED, driver.SQLITE_FULL, driver.SQLITE_IOERR, driver.SQLITE_CANTOPEN}


class SqliteEventStore:
    """An event store in a SQLite file. Its process is the only one that writes the file."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        """Use the file of `engine`, whose tables `create_event_store` made."""
        self._engine = engine
        self._clock = clock or SystemClock()
        self._readers = Readers(engine, _set_up)
        self._writing = threading.Lock()
        self._writer: Any = None
        self._incarnation: UUID | None = None

    def append(self, request: AppendRequest) -> Verdict:
        """Record one command's facts and messages in one commit."""
        verdict = self.append_many((request,))[0]
        if isinstance(verdict, Refusal):
            raise verdict
        return verdict

    def append_many(self, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Record many commands in one commit."""
        if not requests:
            return []
        check_requests(requests)
        incarnation = self.incarnation()
        with self._writing, _transaction(self._open_writer()) as writer:
            return record(writer, requests, incarnation, self._clock.now())

    def append_in(self, connection: Connection, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Record many commands inside the caller's transaction, which must have begun with `BEGIN IMMEDIATE`."""
        check_requests(requests)
        if not connection.in_transaction():
            connection.begin()
        with _failures_named():
            return record(connection.connection.driver_connection, requests, self.incarnation(), self._clock.now())

    def load(self, stream: str, after_version: int = NO_STREAM) -> list[RecordedFact]:
        """Read a stream's facts, in order."""
        statement = f"{_FACTS} WHERE stream = ? AND version > ? ORDER BY version"
        return [_fact(*row) for row in self._readers.rows(statement, (stream, after_version))]

    def read(self, after_position: int, limit: int) -> list[RecordedFact]:
        """Read facts of all streams, in order."""
        statement = f"{_FACTS} WHERE position > ? ORDER BY position LIMIT ?"
        return [_fact(*row) for row in self._readers.rows(statement, (after_position, limit))]

    def read_outbox(self, after_position: int, limit: int, topics: Sequence[str] | None = None) -> list[OutboxRow]:
        """Read messages, in order."""
        chosen = "" if topics is None else f"AND topic IN ({', '.join('?' * len(topics))})"
        statement = f"{_OUTBOX} WHERE position > ? {chosen} ORDER BY position LIMIT ?"
        return [_outbox_row(*row) for row in self._readers.rows(statement, (after_position, *(topics or ()), limit))]

    def heads(self) -> dict[tuple[str, int], int]:
        """Give the last number of each (topic, partition)."""
        rows = self._readers.rows("SELECT topic, partition, number FROM outbox_heads")
        return {(topic, partition): number for topic, partition, number in rows}

    def last_position(self) -> int:
        """Give the position of the newest fact."""
        rows = self._readers.rows("SELECT position FROM events ORDER BY position DESC LIMIT 1")
        return int(rows[0][0]) if rows else 0

    def incarnation(self) -> UUID:
        """Give the id of the life in which this object opened the store."""
        if self._incarnation is None:
            rows = self._readers.rows("SELECT id FROM incarnations ORDER BY ordinal DESC LIMIT 1")
            self._incarnation = UUID(bytes=rows[0][0])
        return self._incarnation

    def close(self) -> None:
        """Give connections back."""
        with self._writing:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        self._readers.close()

    def _open_writer(self) -> Any:
        if self._writer is None:
            self._writer = open_driver_connection(self._engine, _set_up)
        return self._writer


def _set_up(_connection: Any) -> None:
    """Leave the connection as `open_database` made it: WAL, synchronous=FULL, no transactions of the driver's own."""


@contextmanager
def _transaction(connection: Any) -> Iterator[Any]:
    with _failures_named():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except driver.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _PASSING:
            raise Unavailable(f"the disk cannot record now: {error}") from error
        raise


def _fact(*row: Any) -> RecordedFact:
    position, stream, version, kind, data, metadata, recorded_at, command_id, command_hash, result = row
    return RecordedFact(
        position=position,
        stream=stream,
        version=version,
        type=kind,
        data=data,
        metadata=metadata,
        recorded_at=from_microseconds(recorded_at),
        command_id=command_id,
        command_hash=command_hash,
        result=result,
    )


def _outbox_row(*row: Any) -> OutboxRow:
    position, topic, partition, number, key, value, incarnation = row
    return OutboxRow(
        position=position,
        topic=topic,
        partition=partition,
        number=number,
        key=key,
        value=value,
        incarnation=UUID(bytes=incarnation),
    )
