"""Recording a batch within a SQLite transaction that holds the write lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.chassis.domain import Refusal
from services.chassis.envelope import numbered
from services.chassis.event_store.port import (
    NO_STREAM,
    AppendRequest,
    IncarnationSuperseded,
    Outcome,
    Verdict,
)
from services.chassis.event_store.requests import another_version, claim_taken, is_created
from services.chassis.event_store.timestamps import to_microseconds

_INSERT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_MESSAGE = "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)"
_RAISE_HEAD = (
    "INSERT INTO outbox_heads VALUES (?, ?, ?) ON CONFLICT (topic, partition) DO UPDATE SET number = excluded.number"
)


def record(
    connection: Any, requests: Sequence[AppendRequest], incarnation: UUID, now: datetime
) -> list[Verdict | Refusal]:
    """Judge and record requests in order; each sees what those before it did.

    Raises:
        IncarnationSuperseded: The store is in another life than `incarnation`.
    """
    batch = _Batch(connection, incarnation, now)
    verdicts = [batch.verdict_of(request) for request in requests]
    batch.write_messages()
    return verdicts


class _Batch:
    """What a batch has found and given out so far."""

    def __init__(self, connection: Any, incarnation: UUID, now: datetime) -> None:
        self._connection = connection
        self._incarnation = incarnation
        self._check_incarnation()
        last = self._row("SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1") or (0, 0)
        self._position: int = last[0]
        self._moment: int = max(to_microseconds(now), last[1])
        self._versions: dict[str, int] = {}
        self._messages: list[Any] = []
        self._was_created = True

    def verdict_of(self, request: AppendRequest) -> Verdict | Refusal:
        verdict = self._judge(request)
        self._was_created = is_created(verdict)
        return verdict

    def _judge(self, request: AppendRequest) -> Verdict | Refusal:
        if (recorded := self._recorded(request)) is not None:
            return recorded
        version = self._version_of(request.stream)
        if version != request.expected_version or (request.follows and not self._was_created):
            return another_version(request, version)
        for claim in request.claims:
            if self._row("SELECT 1 FROM claims WHERE claim = ?", (claim,)):
                return claim_taken(claim)
        self._write(request, version)
        return Verdict(outcome=Outcome.CREATED, version=self._versions[request.stream], position=self._position)

    def write_messages(self) -> None:
        """Number the accepted messages and write them."""
        if not self._messages:
            return
        (last,) = self._row("SELECT position FROM outbox ORDER BY position DESC LIMIT 1") or (0,)
        heads: dict[tuple[str, int], int] = {}
        rows = []
        for position, message in enumerate(self._messages, last + 1):
            lane = (message.topic, message.partition)
            number = heads[lane] = (heads[lane] if lane in heads else self._head(lane)) + 1
            value = None if message.value is None else numbered(message.value, number)
            rows.append((position, *lane, number, message.key, value, self._incarnation.bytes))
        self._connection.executemany(_INSERT_MESSAGE, rows)
        self._connection.executemany(_RAISE_HEAD, [(*lane, number) for lane, number in heads.items()])

    def _recorded(self, request: AppendRequest) -> Verdict | None:
        if request.command_id is None:
            return None
        statement = "SELECT version, position, result, command_hash FROM events WHERE command_id = ?"
        row = self._row(statement, (request.command_id.bytes,))
        if row is None:
            return None
        version, position, result, command_hash = row
        outcome = Outcome.ALREADY_HAVE if command_hash == request.command_hash else Outcome.CONFLICT
        return Verdict(outcome=outcome, version=version, position=position, result=result)

    def _version_of(self, stream: str) -> int:
        if stream not in self._versions:
            row = self._row("SELECT version FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1", (stream,))
            self._versions[stream] = row[0] if row else NO_STREAM
        return self._versions[stream]

    def _write(self, request: AppendRequest, version: int) -> None:
        command_id = None if request.command_id is None else request.command_id.bytes
        kept: tuple[bytes | None, ...] = (command_id, command_id and request.command_hash, request.result)
        for fact in request.facts:
            version += 1
            self._position += 1
            row = (self._position, request.stream, version, fact.type, fact.data, fact.metadata, self._moment, *kept)
            self._connection.execute(_INSERT_EVENT, row)
            kept = (None, None, None)
        self._versions[request.stream] = version
        # A claim named twice by one command is one claim.
        for claim in dict.fromkeys(request.claims):
            self._connection.execute("INSERT INTO claims VALUES (?, ?)", (claim, self._position))
        self._messages += request.messages

    def _head(self, lane: tuple[str, int]) -> int:
        row = self._row("SELECT number FROM outbox_heads WHERE topic = ? AND partition = ?", lane)
        return row[0] if row else 0

    def _check_incarnation(self) -> None:
        (present,) = self._row("SELECT id FROM incarnations ORDER BY ordinal DESC LIMIT 1") or (b"",)
        if present != self._incarnation.bytes:
            raise IncarnationSuperseded("the store was restored or promoted under this process")

    def _row(self, statement: str, parameters: tuple[object, ...] = ()) -> Any:
        return self._connection.execute(statement, parameters).fetchone()
