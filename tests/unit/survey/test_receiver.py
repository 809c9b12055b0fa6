"""A tablet's envelopes in any order, with twins, broken batches and restarts: nothing is lost, nothing counts twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc.demonstration.tablet import Tablet
from services.chassis.ids import new_id
from services.chassis.streams import Streams
from services.chassis.testing.in_memory_store import InMemoryDatabase, InMemoryEventStore
from services.survey.adapters.tablet_wire import read_line
from services.survey.domain.abuse import RULE_SETS
from services.survey.domain.ballot_events import BallotCast, BallotChanged, EnvelopeQuarantined
from services.survey.domain.ballots import BALLOTS_REMEMBERED, FORGOTTEN_SHARE
from services.survey.domain.device import Binding, Device
from services.survey.handlers import memory
from services.survey.handlers.around import Surroundings
from services.survey.handlers.ballots import BatchAnswer, Receiver
from services.survey.handlers.kinds import REGISTRY
from services.survey.handlers.memory import BallotMemory
from services.survey.published_events import Publisher
from tests.support.fixed_clock import FixedClock

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
CLOCK = FixedClock(NOW)
DEVICE = Device(
    device_id="dev_TEST0001",
    bindings=(Binding(since=NOW - timedelta(days=1), counter_id="q", one_stop_id="mc", counter_name="Quầy 1"),),
)


class NoTables:
    """No snapshot and no backup."""

    def snapshot(self, *_: object, **__: object) -> None:
        return None

    def keep_snapshot(self, *_: object, **__: object) -> None:
        return None

    def backed_up_through(self, _device_id: str) -> int:
        return 0


class Process:
    """One process of the service on a database."""

    def __init__(self, kept: InMemoryDatabase) -> None:
        self.store = InMemoryEventStore(kept, clock=CLOCK)
        publish = Publisher("test", UUID(int=1), CLOCK, new_id)
        self.streams = Streams(self.store, self.store, REGISTRY, publish)
        tables: Any = NoTables()
        known = BallotMemory(self.streams, tables)
        self.receiver = Receiver(self.streams, known, Surroundings(self.streams, CLOCK, RULE_SETS["abuse-v1"]))

    def send(self, lines: list[bytes]) -> BatchAnswer:
        return self.receiver.receive(DEVICE, [read_line(line) for line in lines], NOW)

    def facts(self) -> list[object]:
        stored = self.store.load(f"ballots-{DEVICE.device_id}")
        return [REGISTRY.decode(fact.type, fact.data) for fact in stored]


def a_day(taps: int) -> Tablet:
    """A tablet with so many ballots, every third one changed."""
    tablet = Tablet(httpx.Client(), DEVICE.device_id)
    tablet.random.seed(taps)
    tablet.hear_time(NOW - timedelta(hours=4))
    for nth in range(taps):
        ballot = tablet.tap(1 + nth % 5)
        if nth % 3 == 0:
            tablet.change(ballot, 5)
    tablet.http.close()
    return tablet


@contextmanager
def processes() -> Iterator[list[Process]]:
    kept = InMemoryDatabase()
    yield [Process(kept), Process(kept)]


batches = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.integers(1, 16), min_size=1, max_size=8), st.booleans()), max_size=12
)


@settings(deadline=None, max_examples=60)
@given(batches)
def test_any_order_any_twins_any_restarts_lead_to_each_ballot_once(plan: list[tuple[int, list[int], bool]]) -> None:
    tablet = a_day(12)
    with processes() as running:
        for side, seqs, restarts in plan:
            answer = running[side].send([tablet.lines[seq] for seq in seqs])
            assert [result.seq for result in answer.results] == seqs
            assert {result.verdict for result in answer.results} <= {"created", "already_have"}
            if restarts:
                running[side] = Process(running[side].store._kept)
        last = running[0].send([tablet.lines[seq] for seq in sorted(tablet.lines)])

        assert last.missing == ()
        facts = running[0].facts()
        casts = [fact.ballot_id for fact in facts if isinstance(fact, BallotCast)]
        changes = [fact.ballot_id for fact in facts if isinstance(fact, BallotChanged)]
        assert (len(casts), len(set(casts))) == (12, 12)
        assert (len(changes), len(set(changes))) == (4, 4)
        assert not any(isinstance(fact, EnvelopeQuarantined) for fact in facts)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 16), unique=True, min_size=1))
def test_what_is_missing_is_named_exactly(seqs: list[int]) -> None:
    tablet = a_day(12)
    with processes() as running:
        answer = running[0].send([tablet.lines[seq] for seq in seqs])
        missing = {seq for first, last in answer.missing for seq in range(first, last + 1)}
        assert missing == set(range(1, max(seqs) + 1)) - set(seqs)


def test_a_line_twice_in_one_batch_is_one_ballot() -> None:
    tablet = a_day(2)
    with processes() as running:
        answer = running[0].send([tablet.lines[1], tablet.lines[1], tablet.lines[2]])
        assert [result.verdict for result in answer.results] == ["created", "already_have", "created"]
        assert len(running[0].facts()) == 2


def test_a_ballot_id_taken_by_another_entry_is_kept_in_quarantine() -> None:
    tablet = a_day(1)
    said = {"kind": "cast", "ballot_id": "0b9a3f0e-7f9d-4e6d-9a70-5d0d8a3b0001", "questionnaire": "q", "score": 1}
    first, second = tablet.write(said), tablet.write(said)
    with processes() as running:
        answer = running[0].send([first, second])
        assert [result.verdict for result in answer.results] == ["created", "quarantined"]
        kept = running[0].facts()[-1]
        assert isinstance(kept, EnvelopeQuarantined)
        assert (kept.because, kept.receipt.raw) == ("ballot_id_reused", second)


def test_a_foreign_envelope_does_not_take_the_place_of_the_owners_own() -> None:
    tablet = a_day(1)
    foreign = tablet.lines[1].replace(b"dev_TEST0001", b"dev_TEST0002")
    with processes() as running:
        answer = running[0].send([foreign, tablet.lines[1]])
        assert [result.verdict for result in answer.results] == ["quarantined", "created"]
        assert [result.verdict for result in running[1].send([foreign]).results] == ["already_have"]


def test_a_change_of_an_old_ballot_finds_it_though_it_is_forgotten() -> None:
    tablet = Tablet(httpx.Client(), DEVICE.device_id)
    tablet.http.close()
    tablet.hear_time(NOW - timedelta(hours=8))
    first = tablet.tap(1)
    for _ in range(BALLOTS_REMEMBERED + BALLOTS_REMEMBERED // FORGOTTEN_SHARE):
        tablet.tap(4)
    tablet.change(first, 5)
    with processes() as running:
        for start in range(1, len(tablet.lines) + 1, 100):
            running[0].send([tablet.lines[seq] for seq in sorted(tablet.lines)[start - 1 : start + 99]])
        assert isinstance(running[0].facts()[-1], BallotChanged)


def test_what_was_decided_on_top_of_a_lost_race_is_decided_again() -> None:
    tablet = a_day(3)
    with processes() as (first, second):
        first.send([])
        second.send([tablet.lines[1]])
        answer = first.send([tablet.lines[3], tablet.lines[3]])
        assert [result.verdict for result in answer.results] == ["created", "already_have"]
        assert not any(isinstance(fact, EnvelopeQuarantined) for fact in first.facts())


def test_a_tablet_that_another_process_may_have_served_is_read_on_before_anything_is_decided(monkeypatch) -> None:
    monkeypatch.setattr(memory, "TRUSTED_SECONDS", -1.0)
    tablet, offered = a_day(3), []
    with processes() as (first, second):
        first.send([tablet.lines[1]])
        second.send([tablet.lines[2]])
        append_many = first.store.append_many
        monkeypatch.setattr(first.store, "append_many", lambda asked: offered.extend(asked) or append_many(asked))
        assert [result.verdict for result in first.send([tablet.lines[3]]).results] == ["created"]
        assert len(offered) == 1
