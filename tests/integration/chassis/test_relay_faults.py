"""A relay whose process, broker or lead is taken away: nothing is lost, and what comes first comes in order."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Engine

from services.chassis.broker.kafka import KafkaBroker, KafkaReader
from services.chassis.broker.port import Topic, TopicPartition
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.leases import create_leases
from services.chassis.relay_cursor import create_relay_cursor
from services.chassis.relay_process import EXIT_AND_START_AGAIN, RelaySettings
from tests.support.outbox import Appending, append_messages, assert_complete
from tests.support.relay_process import RelayProcess
from tests.support.servers.kafka import LocalKafka
from tests.support.servers.ports import eventually


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A store, a log, and what a relay between them has to be told."""

    engine: Engine
    store: EventStore
    kafka: LocalKafka
    broker: KafkaBroker
    settings: RelaySettings
    topic: str

    def relay(self, owner: str) -> RelayProcess:
        return RelayProcess(replace(self.settings, owner=owner))

    def cursor(self) -> int:
        with self.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT position FROM relay_cursor").scalar_one_or_none()
        return int(found or 0)

    def newest(self) -> int:
        rows = self.store.read_outbox(self.store.last_position() - 1, 1)
        return rows[-1].position if rows else 0

    def records(self) -> int:
        reader = self.broker.reader({TopicPartition(self.topic, partition): None for partition in range(12)})
        try:
            return sum(end + 1 for end in reader.end().values() if end is not None)
        except Unavailable:
            return 0
        finally:
            reader.close()

    def wait_until_relayed(self, at_least: int) -> None:
        eventually(lambda: self.cursor() >= at_least, seconds=40)

    def assert_all_relayed(self) -> None:
        self.wait_until_relayed(self.newest())
        assert_complete(self.broker, self.store, self.topic)


@pytest.fixture(name="rig")
def relay_rig(postgres_url: str, unlucky_kafka: LocalKafka) -> Iterator[Rig]:
    engine = open_database(postgres_url)
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
        create_leases(connection)
        create_relay_cursor(connection)
    store = open_event_store(engine)
    settings = RelaySettings(
        database_url=postgres_url,
        bootstrap=unlucky_kafka.bootstrap,
        store_name="survey",
        owner="",
        ttl_seconds=1.5,
        deadline_seconds=3,
    )
    yield Rig(
        engine=engine,
        store=store,
        kafka=unlucky_kafka,
        broker=KafkaBroker(unlucky_kafka.bootstrap),
        settings=settings,
        topic=f"test{new_id().hex[:12]}.ballot.events.v1",
    )
    store.close()
    engine.dispose()


def test_a_relay_ends_in_good_order_and_the_next_goes_on_at_once(rig: Rig):
    append_messages(rig.store, rig.topic, 500)
    with rig.relay("first") as first:
        rig.wait_until_relayed(500)
        assert first.end() == 0
    append_messages(rig.store, rig.topic, 500, after=500)
    with rig.relay("second"):
        rig.assert_all_relayed()
    assert rig.records() == 1_000


def test_a_relay_killed_in_mid_stream_is_followed_without_loss(rig: Rig):
    with Appending(rig.store, rig.topic):
        for nth in range(2):
            with rig.relay(f"relay {nth}") as relay:
                rig.wait_until_relayed(rig.cursor() + 500)
                relay.kill()
    with rig.relay("successor"):
        rig.assert_all_relayed()


def test_a_relay_ends_itself_when_the_broker_is_frozen_and_its_successor_loses_nothing(rig: Rig):
    with rig.relay("first") as first, Appending(rig.store, rig.topic):
        rig.wait_until_relayed(500)
        rig.kafka.freeze()
        try:
            assert first.exit_status(seconds=15) == EXIT_AND_START_AGAIN
        finally:
            rig.kafka.thaw()
    with rig.relay("successor"):
        rig.assert_all_relayed()


def test_a_reader_whose_log_has_gone_says_so_in_place_of_finding_nothing(rig: Rig):
    broker = KafkaBroker(rig.kafka.bootstrap, deadline_seconds=2)
    broker.ensure_topics([Topic(name=rig.topic, compacted=False)])
    reader = broker.reader({TopicPartition(rig.topic, 0): None})
    assert reader.poll(10, 0.1) == []
    rig.kafka.kill()
    with pytest.raises(Unavailable, match="Kafka: "):
        eventually(lambda: reader.poll(10, 0.1), seconds=30)
    rig.kafka.restart()
    eventually(lambda: answers(reader), seconds=60)
    reader.close()


def answers(reader: KafkaReader) -> bool:
    """Say whether the log is there again."""
    with contextlib.suppress(Unavailable):
        reader.end()
        return True
    return False


def test_a_broker_killed_in_the_middle_of_a_batch_loses_nothing(rig: Rig):
    with rig.relay("first") as first, Appending(rig.store, rig.topic, pause_seconds=0.01, limit=20_000):
        rig.wait_until_relayed(2_000)
        rig.kafka.kill()
        rig.kafka.restart()
        # Most often it ends itself; now and then it comes through on the client's own repetitions.
        eventually(lambda: first.has_ended() or rig.cursor() == rig.newest(), seconds=40)
    with rig.relay("successor"):
        rig.assert_all_relayed()


def test_a_relay_that_wakes_after_its_lead_was_taken_writes_no_cursor_and_ends(rig: Rig):
    with rig.relay("zombie") as zombie, Appending(rig.store, rig.topic):
        rig.wait_until_relayed(500)
        zombie.freeze()
        with rig.relay("successor"):
            rig.wait_until_relayed(rig.cursor() + 500)
            taken_over_at = rig.cursor()
            zombie.thaw()
            assert zombie.exit_status() == EXIT_AND_START_AGAIN
            assert rig.cursor() >= taken_over_at
    with rig.relay("last"):
        rig.assert_all_relayed()


def test_a_log_that_lost_its_end_is_given_it_again(rig: Rig):
    append_messages(rig.store, rig.topic, 2_000)
    with rig.relay("first") as first:
        rig.wait_until_relayed(2_000)
        first.end()
    with rig.broker._admin() as admin:
        admin.delete_topics([rig.topic])
    with rig.relay("successor"):
        eventually(lambda: rig.records() == 2_000, seconds=30)
        assert_complete(rig.broker, rig.store, rig.topic)
