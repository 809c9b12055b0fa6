"""The event log on a real Kafka."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from kafka import KafkaConsumer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.structs import TopicPartition as Partition

from services.chassis.broker.kafka import KafkaBroker
from services.chassis.broker.port import Topic
from services.chassis.domain import Unavailable
from services.chassis.envelope import CONTENT_TYPE
from services.chassis.event_store.port import OutboxRow
from services.chassis.ids import new_id
from services.chassis.testing.broker_suite import INCARNATION, BrokerSuite, a_row, lanes_of, read
from tests.support.servers.kafka import KafkaServer
from tests.support.servers.ports import eventually


class KafkaLog:
    """A real broker; each test makes topics of its own."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.broker = KafkaBroker(bootstrap)
        self._publisher = self.broker.publisher()

    def topic(self, kind: str) -> str:
        name = f"test{new_id().hex[:12]}.ballot.{kind}.v1"
        self.broker.ensure_topics([Topic(name=name, compacted=kind == "state")])
        return name

    def write(self, rows: Sequence[OutboxRow]) -> None:
        self._publisher.publish(rows)

    def close(self) -> None:
        self._publisher.close()


@pytest.fixture(scope="module", name="log")
def kafka_log(kafka: KafkaServer) -> Iterator[KafkaLog]:
    log = KafkaLog(kafka.bootstrap)
    yield log
    log.close()


class TestKafkaBroker(BrokerSuite):
    def test_more_rows_than_the_window_are_published_in_order(self, log: KafkaLog):
        topic = log.topic("events")
        log.write([a_row(topic, number) for number in range(1, 3_001)])
        reader = log.broker.reader(lanes_of(topic))
        numbers = [int((record.value or b"")[11:31]) for record in read(reader, 3_000, limit=1_000)]
        assert numbers == list(range(1, 3_001))
        reader.close()

    def test_one_header_says_what_the_body_is_and_compacted_topics_have_two_more(self, log: KafkaLog):
        content_type = ("content-type", CONTENT_TYPE.encode())
        events, state = log.topic("events"), log.topic("state")
        log.write([a_row(events, 1), a_row(state, 1, tombstone=True)])
        assert _headers(log, events) == [content_type]
        assert _headers(log, state) == [
            content_type,
            ("number", b"00000000000000000001"),
            ("incarnation", str(INCARNATION).encode()),
        ]

    def test_topics_are_kept_for_ever_or_compacted(self, log: KafkaLog):
        kept, compacted = log.topic("events"), log.topic("state")
        with log.broker._admin() as admin:
            topics = [ConfigResource(ConfigResourceType.TOPIC, name) for name in (kept, compacted)]
            settings = admin.describe_configs(topics, config_filter="all")["topic"]
            assert {len(topic["partitions"]) for topic in admin.describe_topics([kept, compacted])} == {12}
        assert settings[kept]["cleanup.policy"]["value"] == "delete"
        assert settings[kept]["retention.ms"]["value"] == "-1"
        assert settings[compacted]["cleanup.policy"]["value"] == "compact"

    def test_a_row_for_a_topic_that_is_not_there_cannot_be_published(self, kafka: KafkaServer):
        publisher = KafkaBroker(kafka.bootstrap, deadline_seconds=0.5).publisher()
        with pytest.raises(Unavailable):
            publisher.publish([a_row("nobody.made.events.v1", 1)])
        publisher.close()

    def test_a_reader_whose_topic_was_deleted_is_told_that_it_is_gone(self, kafka: KafkaServer, log: KafkaLog):
        kept, topic, broker = log.topic("events"), log.topic("events"), KafkaBroker(kafka.bootstrap, deadline_seconds=1)
        reader = broker.reader({**lanes_of(kept), **lanes_of(topic)})
        assert reader.poll(10, 0.1) == []
        with broker._admin() as admin:
            admin.delete_topics([topic])
        with pytest.raises(Unavailable):
            eventually(lambda: reader.poll(10, 0.1), seconds=30)
        reader.close()

    def test_a_log_that_does_not_answer_is_unavailable_and_leaves_no_thread(self):
        before = threading.active_count()
        nowhere = KafkaBroker("127.0.0.1:1", deadline_seconds=0.5)
        with pytest.raises(Unavailable):
            nowhere.publisher()
        with pytest.raises(Unavailable):
            nowhere.reader({})
        with pytest.raises(Unavailable):
            nowhere.ensure_topics([Topic(name="survey.ballot.events.v1")])
        assert threading.active_count() == before


def _headers(log: KafkaLog, topic: str) -> list[tuple[str, bytes]]:
    consumer = KafkaConsumer(bootstrap_servers=log.bootstrap, auto_offset_reset="earliest")
    consumer.assign([Partition(topic, 0)])
    (record,) = next(iter(consumer.poll(timeout_ms=20_000).values()))
    consumer.close()
    headers: list[tuple[str, bytes]] = record.headers
    return headers
