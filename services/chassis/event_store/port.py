"""What an event store promises, whichever database is below it.

`position` numbers facts per store, contiguous and in commit order, from 1. `number` numbers the messages of one
(topic, partition), dense, from 1; each topic is written by one store only. Both are given under the store's one lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from sqlalchemy import Connection

from services.chassis.domain import Refusal, StateConflict, Unavailable

NO_STREAM = -1
"""The expected version of a stream that does not exist yet; the first fact of a stream has version 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewFact:
    """A fact to be recorded: its wire name and its body, already encoded."""

    type: str
    data: bytes
    metadata: bytes = b"{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMessage:
    """A public message to be recorded beside the facts.

    `value` is a complete body whose `number` is still zeros (`envelope.NUMBER_AT`); the store writes the number in.
    `None` is a tombstone.
    """

    topic: str
    partition: int
    key: str
    value: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AppendRequest:
    """What one command wants recorded; all of it in one commit, or none of it.

    `claims` are keys that may be taken once in the store's life. `command_id` makes the request idempotent: the same id
    with the same `command_hash` is answered `already_have`, with another hash `conflict`. `result` is given back with a
    later `already_have`. Both are kept with the command's first fact: a request without facts has neither.

    `follows` says that it was decided on top of the request before it in the same call: unless that one is created by
    this call, this one is refused as a lost race, even where its version fits by chance. An id recorded before is
    answered as ever.
    """

    stream: str
    expected_version: int
    facts: tuple[NewFact, ...]
    messages: tuple[NewMessage, ...] = ()
    command_id: UUID | None = None
    command_hash: bytes = b""
    claims: tuple[str, ...] = ()
    result: bytes | None = None
    follows: bool = False


class Outcome(StrEnum):
    """What became of a command that broke no rule."""

    CREATED = "created"
    ALREADY_HAVE = "already_have"
    CONFLICT = "conflict"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The store's answer to one request. For `already_have` and `conflict`: of the first fact recorded under that id."""

    outcome: Outcome
    version: int
    """Version of the stream after the facts (`created`), or of the recorded fact."""
    position: int
    """Position of the last fact written (`created`), or of the recorded fact."""
    result: bytes | None = None


class ClaimTaken(StateConflict):
    """Raised when a claim was taken before; nothing was written. `claim` is in `params`."""

    code: ClassVar[str] = "claim_taken"
    title: ClassVar[str] = "Mã này đã được dùng"


class OutcomeUnknown(Unavailable):
    """Raised when the connection was lost before the answer: sending the same `command_id` again is safe, and tells."""


class IncarnationSuperseded(Refusal):
    """Raised when the store was restored or promoted under this process; it must start again."""

    code: ClassVar[str] = "incarnation_superseded"
    title: ClassVar[str] = "Kho dữ liệu vừa được khôi phục"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedFact:
    """A fact as it stands in the store; the first one of a command that has an id carries that, its hash and its result."""

    position: int
    stream: str
    version: int
    type: str
    data: bytes
    metadata: bytes
    recorded_at: datetime
    command_id: bytes | None = None
    command_hash: bytes | None = None
    result: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxRow:
    """A numbered message as it stands in the outbox. `position` is dense per store and orders the relay."""

    position: int
    topic: str
    partition: int
    number: int
    key: str
    value: bytes | None
    incarnation: UUID


class EventStore(Protocol):
    """An append-only store of streams. Threads may share one; processes open their own, after fork."""

    def append(self, request: AppendRequest) -> Verdict:
        """Record one command's facts and messages in one commit.

        Raises:
            ConcurrencyConflict: The stream is not at `expected_version`; nothing was written.
            ClaimTaken: A claim is spent; nothing was written.
            IncarnationSuperseded: The store was restored under this process.
            Unavailable: The database cannot take it now; nothing was written, or it is known only to the database:
                sending the same `command_id` again is safe.
        """

    def append_many(self, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Record many commands in one commit, in order; one command's refusal leaves the others be.

        Raises:
            IncarnationSuperseded, Unavailable: As `append`, for all of them.
        """

    def append_in(self, connection: Connection, requests: Sequence[AppendRequest]) -> list[Verdict | Refusal]:
        """Do as `append_many` inside the caller's transaction, which takes the store's lock until it ends."""

    def load(self, stream: str, after_version: int = NO_STREAM) -> list[RecordedFact]:
        """Read a stream's facts with a version above `after_version`, in order."""

    def read(self, after_position: int, limit: int) -> list[RecordedFact]:
        """Read up to `limit` facts of all streams with a position above `after_position`, in order."""

    def read_outbox(self, after_position: int, limit: int, topics: Sequence[str] | None = None) -> list[OutboxRow]:
        """Read up to `limit` messages with an outbox position above `after_position`, of all or of some topics."""

    def heads(self) -> dict[tuple[str, int], int]:
        """Give the last number of each (topic, partition) written so far."""

    def last_position(self) -> int:
        """Give the position of the newest fact, 0 for none."""

    def incarnation(self) -> UUID:
        """Give the id of the store's present life, carried in every message it writes."""

    def close(self) -> None:
        """Give connections back."""
