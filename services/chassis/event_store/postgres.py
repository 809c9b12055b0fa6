"""The event store on PostgreSQL: one function call, one round trip and one commit per batch."""

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection as DriverConnection
from psycopg import Error, OperationalError
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection, Engine

from services.chassis.domain import Refusal, Unavailable
from services.chassis.event_store.port import (
    NO_STREAM,
    AppendRequest,
    IncarnationSuperseded,
    OutboxRow,
    Outcome,
    OutcomeUnknown,
    RecordedFact,
    Verdict,
)
from services.chassis.event_store.postgres_batch import PARAMETER_TYPES, parameters_of
from services.chassis.event_store.readers import Readers, open_driver_connection
from services.chassis.event_store.requests import another_version, check_requests, claim_taken, created

NOTIFY_CHANNEL = "cchc_outbox"
"""What a relay listens to; a notification says that there is something, never what."""
_NOTIFY = f"SELECT pg_notify('{NOTIFY_CHANNEL}', '')"

_SUPERSEDED = "CC002"

# Out of resources, taken away by an operator, lost to another transaction, refused a lock, failed on the disk.
_PASSING = ("53", "57", "40", "55", "58", "25006")

_APPEND = (
    "SELECT * FROM append_events(" + ", ".join(f"${nth}" for nth in range(1, len(PARAMETER_TYPES) + 1)) + ")"
).encode()
_STATEMENT = b"cchc_append"
_BINARY = (1,) * len(PARAMETER_TYPES)

_FACTS = (
    "SELECT position, stream, version, type, data, metadata, recorded_at, command_id, command_hash, result FROM events"
)
_OUTBOX = "SELECT position, topic, partition, number, key, value, incarnation FROM outbox"


class PostgresEventStore:
    """An event store in a PostgreSQL database. Opens its connections when first used, hence after fork."""

    def __init__(self, engine: Engine) -> None:
        """Use the database of `engine`, whose tables `create_event_store` made."""
        self._engine = engine
        self._readers = Readers(engine, _set_up, prepare=True, binary=True)
        self._writing = threading.Lock()
        self._writer: DriverConnection[Any] | None = None
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
        parameters = parameters_of(requests, self.incarnation())
        with self._writing:
            result = self._executed(parameters)
        return _verdicts(requests, result)

    def append_in(self, connection: Connection, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Record many commands inside the caller's transaction."""
        if not requests:
            return []
        check_requests(requests)
        if not connection.in_transaction():
            connection.begin()
        # The driver sends BEGIN with its first statement, and knows nothing of the one below it.
        connection.exec_driver_sql("SELECT")
        driver: Any = connection.connection.driver_connection
        parameters = parameters_of(requests, self.incarnation())
        result = driver.pgconn.exec_params(_APPEND, parameters, PARAMETER_TYPES, _BINARY, 1)
        verdicts = _verdicts(requests, result)
        if any(request.messages for request in requests):
            # Told when the caller commits. Such commits wait for each other, which those of ballots may not.
            connection.exec_driver_sql(_NOTIFY)
        return verdicts

    def load(self, stream: str, after_version: int = NO_STREAM) -> list[RecordedFact]:
        """Read a stream's facts, in order."""
        statement = f"{_FACTS} WHERE stream = %s AND version > %s ORDER BY version"
        return [_fact(*row) for row in self._readers.rows(statement, (stream, after_version))]

    def read(self, after_position: int, limit: int) -> list[RecordedFact]:
        """Read facts of all streams, in order."""
        statement = f"{_FACTS} WHERE position > %s ORDER BY position LIMIT %s"
        return [_fact(*row) for row in self._readers.rows(statement, (after_position, limit))]

    def read_outbox(self, after_position: int, limit: int, topics: Sequence[str] | None = None) -> list[OutboxRow]:
        """Read messages, in order."""
        chosen = "" if topics is None else "AND topic = ANY (%s)"
        parameters = (after_position, limit) if topics is None else (after_position, list(topics), limit)
        statement = f"{_OUTBOX} WHERE position > %s {chosen} ORDER BY position LIMIT %s"
        return [_outbox_row(*row) for row in self._readers.rows(statement, parameters)]

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
            self._incarnation = UUID(bytes=rows[0][0].bytes)
        return self._incarnation

    def announce(self) -> None:
        """Tell whoever listens that the outbox has grown, after appends: commits that tell it themselves wait for each other."""
        self._readers.rows(_NOTIFY)

    def close(self) -> None:
        """Give connections back."""
        with self._writing:
            self._drop_writer()
        self._readers.close()

    def _executed(self, parameters: Sequence[bytes]) -> PGresult:
        pgconn = self._open_writer().pgconn
        cause: Exception | None = None
        try:
            result = pgconn.exec_prepared(_STATEMENT, parameters, _BINARY, 1)
        except OperationalError as error:
            # It broke while a large batch was being sent; any other failure is a result.
            cause = error
        else:
            if pgconn.status == ConnStatus.OK:
                return result
            cause = error_from_result(result)
        self._drop_writer()
        raise OutcomeUnknown("the connection was lost while the database was recording") from cause

    def _open_writer(self) -> DriverConnection[Any]:
        if self._writer is None or self._writer.closed:
            writer: DriverConnection[Any] = open_driver_connection(self._engine, _set_up)
            _refuse_failure(writer.pgconn.prepare(_STATEMENT, _APPEND, PARAMETER_TYPES))
            self._writer = writer
        return self._writer

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _set_up(connection: DriverConnection[Any]) -> None:
    connection.autocommit = True
    connection.execute("SET TIME ZONE 'UTC'")


def _verdicts(requests: Sequence[AppendRequest], result: PGresult) -> list[Verdict | Refusal]:
    _refuse_failure(result)
    if result.get_value(0, 1) is None:
        last_position = result.get_value(0, 0)
        assert last_position is not None  # noqa: S101 - the function always sets it
        return created(requests, int.from_bytes(last_position))
    transformer = Transformer()
    transformer.set_pgresult(result)
    columns: Any = transformer.load_row(0, tuple)
    return [_verdict(request, *judged) for request, *judged in zip(requests, *columns[1:], strict=True)]


def _verdict(
    request: AppendRequest, outcome: int, version: int, position: int, result: bytes | None, claim: str | None
) -> Verdict | Refusal:
    if outcome == 3:
        return another_version(request, version)
    if outcome == 4:
        return claim_taken(claim or "")
    kind = (Outcome.CREATED, Outcome.ALREADY_HAVE, Outcome.CONFLICT)[outcome]
    return Verdict(outcome=kind, version=version, position=position, result=result)


def _refuse_failure(result: PGresult) -> None:
    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return
    state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    error: Error = error_from_result(result)
    if state == _SUPERSEDED:
        raise IncarnationSuperseded(str(error))
    if state.startswith(_PASSING):
        raise Unavailable(f"the database cannot record now: {error}") from error
    raise error


def _fact(*row: Any) -> RecordedFact:
    position, stream, version, kind, data, metadata, recorded_at, command_id, command_hash, result = row
    return RecordedFact(
        position=position,
        stream=stream,
        version=version,
        type=kind,
        data=data,
        metadata=metadata,
        recorded_at=recorded_at,
        command_id=command_id and command_id.bytes,
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
        incarnation=incarnation,
    )
