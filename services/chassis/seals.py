"""Tamper evidence: ranges of stored rows are digested, and the digests chained, in a database of their own.

A sealer follows a store's two ledgers, its facts and its outbox, and seals what has appeared. `verify` digests the
stored bytes again. Whoever changes or removes a sealed row would have to rewrite the seals from there on, and the
chain's heads have gone out to subscribers.
"""

import hashlib
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from services.chassis.clock import Clock, SystemClock
from services.chassis.domain import InvalidMessage, Unavailable
from services.chassis.envelope import number_of
from services.chassis.event_store.port import EventStore, OutboxRow, RecordedFact
from services.chassis.event_store.timestamps import to_microseconds

SEAL_EVERY_SECONDS = 0.25
"""How often a sealer looks; what is committed is sealed within a second."""

RANGE_LIMIT = 1000
"""Rows in one range at most."""

_NO_SEAL = bytes(32)

_metadata = MetaData()
_seals = Table(
    "seals",
    _metadata,
    Column("store", String, primary_key=True),
    Column("ledger", String, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("first_position", BigInteger, nullable=False),
    Column("last_position", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("sealed_at", BigInteger, nullable=False, comment="microseconds since 1970, UTC"),
)


class Ledger(StrEnum):
    """What is sealed of a store."""

    FACTS = "facts"
    OUTBOX = "outbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """A sealed range; `chain` covers it and all before it."""

    nth: int
    first_position: int
    last_position: int
    digest: bytes
    chain: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that is not as it was sealed or numbered. `last_position` is the end of the range it was found in."""

    ledger: Ledger
    position: int
    last_position: int
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a verification saw: how many rows it checked, what it found, and how many rows no seal covers yet."""

    store: str
    checked: int
    found: tuple[Problem, ...]
    not_sealed_yet: int


Row = RecordedFact | OutboxRow
Read = Callable[[int, int], Sequence[Row]]


def create_seals(connection: Connection) -> None:
    """Create the table of seals where it is missing."""
    _metadata.create_all(connection)


class Seals:
    """The seals of one store."""

    def __init__(self, engine: Engine, *, store_name: str) -> None:
        """Keep them in the database of `engine`, apart from the store."""
        self.store_name = store_name
        self._engine = engine

    def last(self, ledger: Ledger) -> Seal | None:
        """Give the newest seal, whose chain is the head that goes out to subscribers."""
        with self._engine.connect() as connection:
            row = connection.execute(self._of(ledger).order_by(_seals.c.nth.desc()).limit(1)).mappings().first()
        return None if row is None else Seal(**row)

    def all(self, ledger: Ledger) -> list[Seal]:
        """Give every seal, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(self._of(ledger).order_by(_seals.c.nth)).mappings().all()
        return [Seal(**row) for row in rows]

    def add(self, ledger: Ledger, seal: Seal, *, sealed_at: datetime) -> bool:
        """Add a seal behind the newest; tell `False` when another sealer has added one meanwhile."""
        row = {name: getattr(seal, name) for name in Seal.__slots__}
        row |= {"store": self.store_name, "ledger": ledger, "sealed_at": to_microseconds(sealed_at)}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_seals), row)
        except IntegrityError:
            return False
        return True

    def keep_through(self, ledger: Ledger, position: int) -> int:
        """Let go of the seals that reach beyond `position`, after a restore took those rows back; give their number.

        What is kept still covers every row of the restored store up to there.
        """
        mine = and_(_seals.c.store == self.store_name, _seals.c.ledger == ledger, _seals.c.last_position > position)
        with self._engine.begin() as connection:
            return int(connection.execute(delete(_seals).where(mine)).rowcount)

    def _of(self, ledger: Ledger) -> Select[Any]:
        columns = [_seals.c[name] for name in Seal.__slots__]
        return select(*columns).where(_seals.c.store == self.store_name, _seals.c.ledger == ledger)


class Sealer:
    """Seals what a store has committed. Several for one store do not harm each other."""

    def __init__(self, store: EventStore, seals: Seals, *, clock: Clock | None = None) -> None:
        """Follow `store`, of which only reading is asked."""
        self.name = f"seals-{seals.store_name}"
        self._store = store
        self._seals = seals
        self._clock = clock or SystemClock()

    def run(self, stop: threading.Event) -> None:
        """Seal until told to stop, and once more then."""
        while not stop.wait(SEAL_EVERY_SECONDS):
            try:
                self.run_once()
            except Unavailable:
                # The database comes back or the worker's health says that it does not; no seal is lost by waiting.
                continue
        self.run_once()

    def run_once(self) -> int:
        """Seal everything that is committed, and tell how many rows that was."""
        return sum(self._seal(ledger) for ledger in Ledger)

    def _seal(self, ledger: Ledger) -> int:
        read, sealed = _reader(self._store, ledger), 0
        last = self._seals.last(ledger)
        while rows := read(last.last_position if last else 0, RANGE_LIMIT):
            last = seal_of(rows, last)
            if not self._seals.add(ledger, last, sealed_at=self._clock.now()):
                return sealed
            sealed += len(rows)
        return sealed


def seal_of(rows: Sequence[Row], previous: Seal | None) -> Seal:
    """Seal a range of rows behind the seal before it."""
    digest = _digest(rows)
    first, last = rows[0].position, rows[-1].position
    return Seal(
        nth=previous.nth + 1 if previous else 1,
        first_position=first,
        last_position=last,
        digest=digest,
        chain=_chain(previous.chain if previous else _NO_SEAL, first, last, digest),
    )


def verify(store: EventStore, seals: Seals) -> Report:
    """Digest every sealed range again, and check that positions and numbers have no holes and stand in the bodies."""
    heads = store.heads()
    facts, outbox = _Verification(store, seals, Ledger.FACTS), _Verification(store, seals, Ledger.OUTBOX)
    numbers = _Numbers()
    facts.follow(lambda _: None)
    outbox.follow(numbers.follow)
    numbers.compare(heads)
    return Report(
        store=seals.store_name,
        checked=facts.checked + outbox.checked,
        found=(*facts.found, *outbox.found, *numbers.found),
        not_sealed_yet=facts.not_sealed_yet + outbox.not_sealed_yet,
    )


class _Verification:
    """One pass over a ledger, seal by seal and then on to its end."""

    def __init__(self, store: EventStore, seals: Seals, ledger: Ledger) -> None:
        self.checked = 0
        self.not_sealed_yet = 0
        self.found: list[Problem] = []
        self._read = _reader(store, ledger)
        self._seals = seals.all(ledger)
        self._ledger = ledger

    def follow(self, see: Callable[[Row], None]) -> None:
        """Check everything, showing each row to `see`."""
        previous: Seal | None = None
        for seal in self._seals:
            self._check_chain(seal, previous)
            rows = self._rows(seal.first_position, seal.last_position, see)
            if len(rows) == seal.last_position - seal.first_position + 1 and _digest(rows) != seal.digest:
                self._find(seal.first_position, seal.last_position, "a sealed row was changed")
            previous = seal
        self._follow_unsealed(previous.last_position if previous else 0, see)

    def _follow_unsealed(self, after: int, see: Callable[[Row], None]) -> None:
        while rows := self._read(after, RANGE_LIMIT):
            self.not_sealed_yet += len(rows)
            after, before = rows[-1].position, after
            self._rows(before + 1, after, see)

    def _rows(self, first: int, last: int, see: Callable[[Row], None]) -> list[Row]:
        rows = [row for row in self._read(first - 1, last - first + 1) if row.position <= last]
        self.checked += len(rows)
        for position in sorted(set(range(first, last + 1)) - {row.position for row in rows}):
            self._find(position, position, "a row is missing")
        for row in rows:
            see(row)
        return rows

    def _check_chain(self, seal: Seal, previous: Seal | None) -> None:
        follows, chain = (previous.last_position + 1, previous.chain) if previous else (1, _NO_SEAL)
        expected = _chain(chain, seal.first_position, seal.last_position, seal.digest)
        if seal.first_position != follows or seal.chain != expected:
            self._find(seal.first_position, seal.last_position, "the chain of seals is broken")

    def _find(self, position: int, last_position: int, what: str) -> None:
        self.found.append(Problem(ledger=self._ledger, position=position, last_position=last_position, what=what))


class _Numbers:
    """The numbers of the outbox, lane by lane."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._last: dict[tuple[str, int], OutboxRow] = {}

    def follow(self, row: Row) -> None:
        """Check one row against the one before it in its lane."""
        assert isinstance(row, OutboxRow)  # noqa: S101 - narrows what the ledger already says
        before = self._last.get((row.topic, row.partition))
        if row.number != (before.number if before else 0) + 1:
            self._find(row, "its number does not follow the one before")
        if row.value is not None and _number_in(row.value) != row.number:
            self._find(row, "its body carries another number")
        self._last[row.topic, row.partition] = row

    def compare(self, heads: Mapping[tuple[str, int], int]) -> None:
        """Check that each lane reaches at least the head it had before the pass."""
        for (topic, partition), number in heads.items():
            last = self._last.get((topic, partition))
            if last is None or last.number < number:
                what = f"{topic}/{partition} ends before its number {number}"
                at = last.position if last else 0
                self.found.append(Problem(ledger=Ledger.OUTBOX, position=at, last_position=at, what=what))

    def _find(self, row: OutboxRow, what: str) -> None:
        self.found.append(Problem(ledger=Ledger.OUTBOX, position=row.position, last_position=row.position, what=what))


def _reader(store: EventStore, ledger: Ledger) -> Read:
    return store.read if ledger is Ledger.FACTS else store.read_outbox


def _number_in(value: bytes) -> int | None:
    try:
        return number_of(value)
    except InvalidMessage:
        return None


def _chain(previous: bytes, first: int, last: int, digest: bytes) -> bytes:
    return hashlib.sha256(previous + struct.pack(">qq", first, last) + digest).digest()


def _digest(rows: Sequence[Row]) -> bytes:
    digest = hashlib.sha256()
    for row in rows:
        fields = _fact_fields(row) if isinstance(row, RecordedFact) else _outbox_fields(row)
        # Each field stands behind its length, so that no two rows read alike; a missing one has none.
        for field in fields:
            digest.update(b"\xff" * 8 if field is None else struct.pack(">q", len(field)) + field)
    return digest.digest()


def _fact_fields(fact: RecordedFact) -> tuple[bytes, ...]:
    return (
        struct.pack(">qqq", fact.position, fact.version, to_microseconds(fact.recorded_at)),
        fact.stream.encode(),
        fact.type.encode(),
        fact.data,
        fact.metadata,
    )


def _outbox_fields(row: OutboxRow) -> tuple[bytes | None, ...]:
    return (
        struct.pack(">qqq", row.position, row.partition, row.number),
        row.topic.encode(),
        row.key.encode(),
        row.value,
        row.incarnation.bytes,
    )
