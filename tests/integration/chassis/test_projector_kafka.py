"""The projector from a real Kafka into a real PostgreSQL."""

import threading
from collections.abc import Iterator

import pytest
from kafka import KafkaProducer
from sqlalchemy import Engine

from services.chassis import dead_letters
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.broker.port import Topic
from services.chassis.database import open_database
from services.chassis.event_store.port import OutboxRow
from services.chassis.ids import new_id
from services.chassis.projector import Limits, Projector
from services.chassis.testing.projection_suite import a_projector, await_tables, plain, tables_of
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import Tallies
from tests.support.servers.kafka import KafkaServer
from tests.support.servers.ports import eventually


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def topic() -> str:
    return f"things.{new_id()}.events.v1"


@pytest.fixture
def projection(topic: str) -> Tallies:
    return Tallies(topics=(topic,))


@pytest.fixture
def projector(engine: Engine, kafka: KafkaServer, projection: Tallies) -> Iterator[Projector]:
    broker = KafkaBroker(kafka.bootstrap)
    projector = a_projector(engine, broker, projection, limits=Limits(poll_seconds=0.2))
    yield projector
    projector.close()


def test_twins_and_a_lost_prefix_come_out_as_if_nothing_had_happened(
    engine: Engine, kafka: KafkaServer, projector: Projector, topic: str
) -> None:
    broker, sender = KafkaBroker(kafka.bootstrap), Sender()
    rows = [sender.row(topic, f"key-{nth % 30}", {"amount": nth}) for nth in range(300)]
    broker.ensure_topics([Topic(name=topic)])
    publisher = broker.publisher()
    publisher.publish([*rows[150:], *rows, *rows[100:200]])
    publisher.close()
    await_tables(engine, projector, plain(rows), calls=100)
    before = projector.status()
    assert (before.ready, before.lag_messages, before.gap_seconds) == (True, 0, 0)
    assert projector.rebuild() == 2
    await_tables(engine, projector, plain(rows), calls=20)


def test_bytes_that_are_no_message_are_parked_with_topic_partition_and_offset(
    engine: Engine, kafka: KafkaServer, projector: Projector, topic: str
) -> None:
    KafkaBroker(kafka.bootstrap).ensure_topics([Topic(name=topic)])
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    producer.send(topic, b"before", key=b"k", partition=7).get(20)
    offset = producer.send(topic, b"\xff\xfe not ours", key=b"k", partition=7).get(20).offset
    producer.close()
    letters: list[dead_letters.DeadLetter] = []
    for _ in range(100):
        projector.run_once()
        with engine.connect() as connection:
            letters = list(dead_letters.list_dead_letters(connection))
        if len(letters) == 2:
            break
    assert (letters[1].topic, letters[1].partition, letters[1].resume) == (topic, 7, offset)
    assert (letters[1].value, letters[1].number) == (b"\xff\xfe not ours", None)


def test_a_log_whose_topics_have_gone_is_tried_again_and_filled_again_in_place_of_stopping_the_projection(
    engine: Engine, kafka: KafkaServer, topic: str
) -> None:
    kept = f"kept.{topic}"
    projection = Tallies(topics=(kept, topic))
    broker, sender, stop = KafkaBroker(kafka.bootstrap, deadline_seconds=1), Sender(), threading.Event()
    rows = [sender.row(topic, f"key-{nth % 30}", {"amount": nth}) for nth in range(60)]
    projector = a_projector(engine, broker, projection, limits=Limits(poll_seconds=0.1))
    broker.ensure_topics([Topic(name=topic), Topic(name=kept)])
    publish(broker, rows[:50])
    await_tables(engine, projector, plain(rows[:50]), calls=100)
    with broker._admin() as admin:
        admin.delete_topics([topic])
    following = threading.Thread(target=projector.run, args=(stop,))
    following.start()
    try:
        eventually(lambda: topic in broker.topics(), seconds=60)
        publish(broker, rows)
        eventually(lambda: tables_of(engine, projection) == plain(rows), seconds=60)
        assert projector.status().state == "running"
    finally:
        stop.set()
        following.join()


def publish(broker: KafkaBroker, rows: list[OutboxRow]) -> None:
    publisher = broker.publisher()
    publisher.publish(rows)
    publisher.close()
