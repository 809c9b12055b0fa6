"""Digests the stored bytes again, and compares them with what was sealed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.chassis.domain import InvalidMessage
from services.chassis.envelope import number_of
from services.chassis.event_store.port import EventStore, OutboxRow
from services.chassis.seals.chain import NO_SEAL, Seal, chain_of
from services.chassis.seals.ledgers import RANGE_LIMIT, Ledger, Row, digest_of, reader_of
from services.chassis.seals.sealed import Seals


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that is not as it was sealed or numbered. `last_position` is the end of the range it was found in.

    `ledger` is one of a store's, or what else has numbered places.
    """

    ledger: str
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
        self._read = reader_of(store, ledger)
        self._seals = seals.all(ledger)
        self._ledger = ledger

    def follow(self, see: Callable[[Row], None]) -> None:
        """Check everything, showing each row to `see`."""
        previous: Seal | None = None
        for seal in self._seals:
            self._check_chain(seal, previous)
            rows = self._rows(seal.first_position, seal.last_position, see)
            if len(rows) == seal.last_position - seal.first_position + 1 and digest_of(rows) != seal.digest:
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
        follows, chain = (previous.last_position + 1, previous.chain) if previous else (1, NO_SEAL)
        expected = chain_of(chain, seal.first_position, seal.last_position, seal.digest)
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


def _number_in(value: bytes) -> int | None:
    try:
        return number_of(value)
    except InvalidMessage:
        return None
