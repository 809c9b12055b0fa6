"""What the relay does at its start, at a failure, and when it is not the leader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chassis import relay as relay_module
from services.chassis.broker.port import Publisher, TopicPartition, is_compacted
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.envelope import decode, number_of
from services.chassis.event_store.incarnations import begin_incarnation
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore, OutboxRow
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.leases import Leases, create_leases
from services.chassis.relay import Relay, RelayMustExit
from services.chassis.relay_cursor import create_relay_cursor
from services.chassis.testing.in_memory_broker import InMemoryBroker
from tests.support.fixed_clock import FixedClock
from tests.support.outbox import STREAMS, append_messages

TOPIC = "survey.ballot.events.v1"


class FailingPublisher:
    """Writes the first rows and then fails, as a client does whose servers go away in the middle of a batch."""

    def __init__(self, inner: Publisher, rows: int) -> None:
        self._inner, self._rows = inner, rows

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        self._inner.publish(rows[: self._rows])
        raise Unavailable("a send failed")

    def close(self) -> None:
        raise AssertionError("a publisher that failed must not be closed")


class FailingBroker(InMemoryBroker):
    """A log whose publishers fail after some rows."""

    def __init__(self, inner: InMemoryBroker, rows: int) -> None:
        super().__init__(inner.log)
        self._rows = rows

    def publisher(self) -> FailingPublisher:  # type: ignore[override]
        return FailingPublisher(super().publisher(), self._rows)


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A store and a log, and relays between them."""

    engine: Engine
    store: EventStore
    broker: InMemoryBroker

    def relay(self, broker: InMemoryBroker | None = None) -> Relay:
        return Relay(self.store, broker or self.broker, Leases(self.engine, owner=str(new_id())), store_name="survey")

    def relay_everything(self) -> None:
        relay = self.relay()
        while relay.run_once():
            pass
        relay.close()

    def cursor(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT position FROM relay_cursor").scalar_one_or_none() or 0)

    def numbers(self, lane: TopicPartition) -> list[int]:
        return [number_of(record.value or b"") for record in self.broker.log.read(lane)]

    def longest_lane(self) -> TopicPartition:
        return max(self.broker.log.lanes, key=lambda lane: len(self.broker.log.read(lane)))


@pytest.fixture(name="rig")
def relay_rig(tmp_path: Path) -> Iterator[Rig]:
    engine = open_database(f"sqlite:///{tmp_path}/survey.db")
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
        create_leases(connection)
        create_relay_cursor(connection)
    store = open_event_store(engine)
    yield Rig(engine=engine, store=store, broker=InMemoryBroker())
    store.close()
    engine.dispose()


def test_every_message_is_copied_once_and_the_cursor_follows(rig: Rig):
    append_messages(rig.store, TOPIC, 300)
    rig.relay_everything()
    assert sum(len(rig.broker.log.read(lane)) for lane in rig.broker.log.lanes) == 300
    assert rig.cursor() == 300
    rig.relay_everything()
    assert sum(len(rig.broker.log.read(lane)) for lane in rig.broker.log.lanes) == 300


def test_topics_are_made_as_their_names_say(rig: Rig):
    for topic in (TOPIC, "survey.questionnaire.state.v1"):
        append_messages(rig.store, topic, STREAMS, after=rig.store.last_position())
    rig.relay_everything()
    assert {name: topic.compacted for name, topic in rig.broker.topics.items()} == {
        name: is_compacted(name) for name in (TOPIC, "survey.questionnaire.state.v1")
    }


def test_a_second_relay_does_nothing_until_the_first_gives_the_lead_back(rig: Rig):
    append_messages(rig.store, TOPIC, 100)
    first, second = rig.relay(), rig.relay()
    assert first.run_once() == 100
    append_messages(rig.store, TOPIC, 100, after=100)
    assert (second.run_once(), second.leads) == (0, False)
    first.close()
    assert (second.run_once(), second.leads) == (100, True)
    second.close()


def test_a_failed_send_ends_the_process_and_moves_no_cursor(rig: Rig):
    append_messages(rig.store, TOPIC, 100)
    relay = rig.relay(FailingBroker(rig.broker, 60))
    with pytest.raises(RelayMustExit):
        relay.run_once()
    assert rig.cursor() == 0
    del relay
    rig.relay_everything()
    lane = rig.longest_lane()
    numbers = rig.numbers(lane)
    assert list(dict.fromkeys(numbers)) == list(range(1, max(numbers) + 1))
    assert len(numbers) > max(numbers), "what was acknowledged before the failure is sent again"


def test_a_leader_whose_lease_was_taken_moves_no_cursor_and_ends(rig: Rig):
    append_messages(rig.store, TOPIC, 100)
    leases = Leases(rig.engine, owner="one process")
    former = Relay(rig.store, rig.broker, leases, store_name="survey")
    assert former.run_once() == 100
    leases.acquire("relay:survey")
    append_messages(rig.store, TOPIC, 100, after=100)
    with pytest.raises(RelayMustExit):
        former.run_once()
    assert rig.cursor() == 100


def test_what_the_log_lost_at_its_end_is_sent_again(rig: Rig):
    append_messages(rig.store, TOPIC, 300)
    rig.relay_everything()
    lane = rig.longest_lane()
    held = rig.numbers(lane)
    rig.broker.log.cut(lane, 3)
    rig.relay_everything()
    assert list(dict.fromkeys(rig.numbers(lane))) == held


def test_a_log_that_lost_a_whole_lane_is_given_it_again(rig: Rig):
    append_messages(rig.store, TOPIC, 300)
    rig.relay_everything()
    lane = rig.longest_lane()
    held = rig.numbers(lane)
    rig.broker.log.cut(lane, 0)
    rig.relay_everything()
    assert rig.numbers(lane) == held


def test_a_leader_with_nothing_to_send_notices_what_the_log_lost(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    monkeypatch.setattr(relay_module, "monotonic", lambda: now[0])
    append_messages(rig.store, TOPIC, 200)
    relay = rig.relay()
    assert [relay.run_once(), relay.run_once()] == [200, 0]
    lane = rig.longest_lane()
    held = rig.numbers(lane)
    rig.broker.log.cut(lane, 0)
    assert [relay.run_once(), rig.numbers(lane)] == [0, []]
    now[0] += relay_module.LOOK_BACK_SECONDS
    assert relay.run_once() == 0, "it looks back"
    assert relay.run_once() > 0, "and sends again"
    relay.close()
    assert rig.numbers(lane) == held


def test_a_tail_beyond_the_cursor_does_not_move_it_forward(rig: Rig):
    # The log ends with the newest number and yet lacks the first ones: its tail cannot tell.
    append_messages(rig.store, TOPIC, 100)
    rig.broker.publisher().publish(rig.store.read_outbox(60, 40))
    rig.relay_everything()
    for lane in rig.broker.log.lanes:
        assert set(rig.numbers(lane)) == set(range(1, rig.store.heads()[lane] + 1))


def test_a_log_that_lost_all_of_a_new_life_is_given_it_again_though_an_old_one_went_further(rig: Rig):
    append_messages(rig.store, TOPIC, 300)
    rig.relay_everything()
    lane = rig.longest_lane()
    beyond = rig.store.heads()[lane] + 50
    old_life = rig.broker.log.read(lane)[-1]
    with rig.engine.begin() as connection:
        begin_incarnation(connection, new=new_id(), now=FixedClock().now(), source="/cchc/test/survey")
    store = open_event_store(rig.engine)
    restored = Rig(engine=rig.engine, store=store, broker=rig.broker)
    restored.relay_everything()
    kept = len(rig.numbers(lane)) - 1
    rig.broker.log.cut(lane, kept)
    _put_old_number(rig.broker, old_life.value or b"", lane, beyond)
    restored.relay_everything()
    lives = {decode(record.value or b"").incarnation for record in rig.broker.log.read(lane)[kept + 1 :]}
    assert lives == {str(store.incarnation())}
    store.close()


def _put_old_number(broker: InMemoryBroker, value: bytes, lane: TopicPartition, number: int) -> None:
    body = value[:11] + b"%020d" % number + value[31:]
    key = decode(value).partitionkey or ""
    row = OutboxRow(
        position=0, topic=lane.topic, partition=lane.partition, number=number, key=key, value=body, incarnation=new_id()
    )
    broker.log.write(row)


def test_a_foreign_record_at_the_end_of_a_lane_stops_nothing(rig: Rig):
    append_messages(rig.store, TOPIC, 100)
    rig.relay_everything()
    lane = rig.longest_lane()
    rig.broker.log.write(
        OutboxRow(
            position=0,
            topic=lane.topic,
            partition=lane.partition,
            number=1,
            key="",
            value=b"hello",
            incarnation=new_id(),
        )
    )
    append_messages(rig.store, TOPIC, 100, after=100)
    rig.relay_everything()
    assert rig.cursor() == 200


def test_pages_get_smaller_while_the_log_is_slow(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    append_messages(rig.store, TOPIC, 400)
    ticks = iter(range(0, 100_000, 100))
    monkeypatch.setattr(relay_module, "PAGE", 100)
    relay = rig.relay()
    monkeypatch.setattr(relay_module, "monotonic", lambda: next(ticks))
    assert [relay.run_once() for _ in range(4)] == [100, 100, 50, 25], "one page is always read ahead"
    relay.close()


def test_a_leader_tells_how_much_the_log_lacks_and_who_does_not_lead_tells_nothing(rig: Rig):
    append_messages(rig.store, TOPIC, 100)
    relay = rig.relay()
    assert relay.lag() == 0
    while relay.run_once():
        pass
    append_messages(rig.store, TOPIC, 30, after=100)
    assert relay.lag() == 30
    while relay.run_once():
        pass
    assert relay.lag() == 0
    relay.close()
