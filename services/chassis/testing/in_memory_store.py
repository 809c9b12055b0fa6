"""An event store of dictionaries, for tests that need no disk."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from services.chassis.clock import Clock, SystemClock
from services.chassis.domain import Refusal
from services.chassis.envelope import numbered
from services.chassis.event_store.port import (
    NO_STREAM,
    AppendRequest,
    NewMessage,
    OutboxRow,
    Outcome,
    RecordedFact,
    Verdict,
)
from services.chassis.event_store.requests import another_version, check_requests, claim_taken, is_created
from services.chassis.ids import new_id


@dataclass(slots=True)
class InMemoryDatabase:
    """What a store keeps; a second store on the same one is the same store opened again."""

    facts: list[RecordedFact] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    heads: Counter[tuple[str, int]] = field(default_factory=Counter)
    versions: dict[str, int] = field(default_factory=dict)
    commands: dict[UUID, tuple[bytes, Verdict]] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    incarnation: UUID = field(default_factory=new_id)
    lock: threading.Lock = field(default_factory=threading.Lock)


class InMemoryEventStore:
    """Keeps everything in lists and dictionaries, under one lock."""

    def __init__(self, kept: InMemoryDatabase | None = None, *, clock: Clock | None = None) -> None:
        """Open `kept`, or a new one."""
        self._kept = kept or InMemoryDatabase()
        self._clock = clock or SystemClock()

    def append(self, request: AppendRequest) -> Verdict:
        """Record one command's facts and messages, or raise its refusal."""
        verdict = self.append_many([request])[0]
        if isinstance(verdict, Refusal):
            raise verdict
        return verdict

    def append_many(self, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Record many commands, in order."""
        check_requests(requests)
        verdicts: list[Verdict | Refusal] = []
        with self._kept.lock:
            for request in requests:
                verdicts.append(self._judge(request, was_created=not verdicts or is_created(verdicts[-1])))
        return verdicts

    def append_in(self, connection: Connection, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:  # noqa: ARG002 - there is no transaction to be in
        """Do as `append_many`; nothing is taken back when the caller's transaction is."""
        return self.append_many(requests)

    def load(self, stream: str, after_version: int = NO_STREAM) -> list[RecordedFact]:
        """Read a stream's facts with a version above `after_version`."""
        with self._kept.lock:
            return [fact for fact in self._kept.facts if fact.stream == stream and fact.version > after_version]

    def read(self, after_position: int, limit: int) -> list[RecordedFact]:
        """Read up to `limit` facts behind a position."""
        with self._kept.lock:
            return self._kept.facts[after_position : after_position + limit]

    def read_outbox(self, after_position: int, limit: int, topics: Sequence[str] | None = None) -> list[OutboxRow]:
        """Read up to `limit` messages behind an outbox position."""
        with self._kept.lock:
            rows = self._kept.outbox[after_position:]
            return [row for row in rows if topics is None or row.topic in topics][:limit]

    def heads(self) -> dict[tuple[str, int], int]:
        """Give the last number of each lane."""
        with self._kept.lock:
            return dict(self._kept.heads)

    def last_position(self) -> int:
        """Give the position of the newest fact."""
        return len(self._kept.facts)

    def incarnation(self) -> UUID:
        """Give the id of the store's present life."""
        return self._kept.incarnation

    def close(self) -> None:
        """Give nothing back: there is nothing."""

    def _judge(self, request: AppendRequest, *, was_created: bool) -> Verdict | Refusal:
        if request.command_id is not None and request.command_id in self._kept.commands:
            return self._known(request, *self._kept.commands[request.command_id])
        version = self._kept.versions.get(request.stream, NO_STREAM)
        if version != request.expected_version or (request.follows and not was_created):
            return another_version(request, version)
        for claim in request.claims:
            if claim in self._kept.claims:
                return claim_taken(claim)
        return self._record(request, version)

    def _known(self, request: AppendRequest, command_hash: bytes, first: Verdict) -> Verdict:
        outcome = Outcome.ALREADY_HAVE if command_hash == request.command_hash else Outcome.CONFLICT
        return Verdict(outcome=outcome, version=first.version, position=first.position, result=first.result)

    def _record(self, request: AppendRequest, version: int) -> Verdict:
        position, now = len(self._kept.facts), self._clock.now()
        recorded_at = max(now, self._kept.facts[-1].recorded_at) if self._kept.facts else now
        known_by = None if request.command_id is None else request.command_id.bytes
        for nth, fact in enumerate(request.facts, 1):
            self._kept.facts.append(
                RecordedFact(
                    position=position + nth,
                    stream=request.stream,
                    version=version + nth,
                    type=fact.type,
                    data=fact.data,
                    metadata=fact.metadata,
                    recorded_at=recorded_at,
                    command_id=known_by if nth == 1 else None,
                    command_hash=request.command_hash if known_by and nth == 1 else None,
                    result=request.result if nth == 1 else None,
                )
            )
        self._kept.claims.update(request.claims)
        if request.facts:
            self._kept.versions[request.stream] = version + len(request.facts)
        for message in request.messages:
            self._number(message)
        if request.command_id is not None:
            first = Verdict(outcome=Outcome.CREATED, version=version + 1, position=position + 1, result=request.result)
            self._kept.commands[request.command_id] = (request.command_hash, first)
        last = position + len(request.facts) if request.facts else 0
        return Verdict(outcome=Outcome.CREATED, version=version + len(request.facts), position=last)

    def _number(self, message: NewMessage) -> None:
        lane = (message.topic, message.partition)
        self._kept.heads[lane] += 1
        self._kept.outbox.append(
            OutboxRow(
                position=len(self._kept.outbox) + 1,
                topic=message.topic,
                partition=message.partition,
                number=self._kept.heads[lane],
                key=message.key,
                value=None if message.value is None else numbered(message.value, self._kept.heads[lane]),
                incarnation=self._kept.incarnation,
            )
        )
