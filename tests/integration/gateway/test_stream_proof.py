"""Three subscribers on three doors have the same messages, and each proves it; over Kafka and PostgreSQL."""

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from kafka import KafkaConsumer, TopicPartition

from services.chassis.broker.kafka import KafkaBroker
from services.chassis.broker.port import Topic
from services.chassis.database import open_database
from services.chassis.envelope import PARTITIONS
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.projector import Limits, Projector
from services.chassis.testing.sending import Sender
from services.gateway.streams.log import StreamLog
from tests.support.servers.ports import eventually
from tests.support.stream_doors import sse_events, stream_doors
from tests.support.stream_log import FIGURES, TASKS, UNITS, Services, Subscriber


class KafkaLog:
    """Takes what services write to Kafka, under topics of its own."""

    def __init__(self, bootstrap):
        self.broker = KafkaBroker(bootstrap)
        mark = new_id().hex
        self.names = {name: f"t{mark}.{name}" for name in (FIGURES, TASKS, UNITS)}
        self.broker.ensure_topics(Topic(name=name, compacted=".state." in name) for name in self.names.values())
        self.publisher = self.broker.publisher()

    def write(self, *rows):
        self.publisher.publish([replace(row, topic=self.names[row.topic]) for row in rows])

    def projection(self):
        return StreamLog({self.names[FIGURES]: "figures", self.names[TASKS]: "tasks"}, self.names[UNITS])


@pytest.fixture
def kafka_log(kafka):
    made = KafkaLog(kafka.bootstrap)
    yield made
    made.publisher.close()
    made.broker.close()


@pytest.fixture
def services(kafka_log):
    told = Services(log=kafka_log)
    told.describe_all()
    return told


@pytest.fixture
def engine(postgres_url):
    engine = open_database(postgres_url)
    yield engine
    engine.dispose()


def copied(engine, kafka_log, wanted, *, channel="figures"):
    """Let a worker copy until a channel holds so many messages, and end it."""
    limits = Limits(batch=20, poll_seconds=0.1)
    leases = Leases(engine, owner=f"worker-{new_id()}")
    projector = Projector(engine, kafka_log.broker, kafka_log.projection(), leases, limits=limits)

    def reached():
        projector.run_once()
        heads = {}
        with engine.connect() as connection:
            heads = dict(connection.exec_driver_sql("SELECT channel, sequence FROM stream_heads").all())
        return heads.get(channel, 0) >= wanted

    eventually(reached, seconds=60)
    projector.close()


def on_kafka(kafka, topic, wanted):
    """Read a whole topic with a plain client and the CloudEvents SDK."""
    lanes = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    with_sdk = []
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    consumer.assign(lanes)
    consumer.seek_to_beginning()

    def read():
        for records in consumer.poll(timeout_ms=200).values():
            for record in records:
                message = KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
                with_sdk.append(from_kafka_event(message, JSONFormat()))
        return len(with_sdk) >= wanted

    eventually(read, seconds=30)
    consumer.close()
    return with_sdk


def on_feed(opened, subscriber, *appointments, limit=7):
    """Read a channel to its end with the CloudEvents SDK, from where the subscriber stopped."""
    read = []
    while True:
        told = {"after": subscriber.token} if subscriber.token else {}
        batch = opened.get(f"/{subscriber.channel}", *appointments, limit=limit, **told)
        assert batch.status_code == 200, batch.text
        if not batch.json():
            return read
        for event in batch.json():
            read.append(JSONFormat().read(CloudEvent, json.dumps(event).encode()))
            subscriber.take(event)
        subscriber.token = batch.headers["stream-token"]


def on_sse(opened, subscriber):
    """Hear a channel to its first heartbeat, which says that the end is reached, from where the subscriber stopped."""
    headers = opened.headers() | ({"Last-Event-ID": subscriber.token} if subscriber.token else {})
    with httpx.stream("GET", f"{opened.url}/{subscriber.channel}/sse", headers=headers, timeout=20) as answer:
        for kind, token, said in sse_events(answer):
            if kind == "heartbeat":
                return said
            subscriber.take(said)
            subscriber.token = token
    raise AssertionError("the line was closed before its first heartbeat")


def some_work(services, count, *, day):
    for nth in range(count):
        services.release("mot-cua-an" if nth % 2 else "xa-binh", day=day, share=nth / 4)
        services.assign(f"{day}-{nth}", "xa-an" if nth % 3 else "xa-binh", day=day)


def key_of(event):
    return event.get_id(), event.get_type(), event.get_subject(), event.get_time(), json.dumps(event.get_data())


def test_subscribers_of_feed_events_and_kafka_have_the_same_messages_and_prove_it(kafka, kafka_log, services, engine):
    some_work(services, 20, day="2021-06-18")
    copied(engine, kafka_log, 20)
    copied(engine, kafka_log, 20, channel="tasks")
    with stream_doors(engine) as opened:
        for stream, topic in (("figures", FIGURES), ("tasks", TASKS)):
            by_feed, by_events = Subscriber(stream), Subscriber(stream)
            from_feed = on_feed(opened, by_feed)
            heartbeat = on_sse(opened, by_events)
            from_kafka = on_kafka(kafka, kafka_log.names[topic], 20)
            assert sorted(map(key_of, from_feed)) == sorted(map(key_of, from_kafka))
            assert by_feed.events == by_events.events
            proof = opened.get(f"/{stream}/completeness", period="2021-06-18").json()
            assert proof["count"] == len(by_feed.events) == 20
            assert proof["hash_after"] == by_feed.hash == by_events.hash == heartbeat["hash"]


def test_a_subscriber_who_was_away_for_a_week_and_over_a_restart_catches_up_and_proves_it(kafka_log, services, engine):
    subscriber = Subscriber("figures")
    some_work(services, 5, day="2021-06-18")
    copied(engine, kafka_log, 5)
    with stream_doors(engine) as opened:
        on_feed(opened, subscriber)
    for day in range(19, 26):
        some_work(services, 6, day=f"2021-06-{day}")
        copied(engine, kafka_log, 5 + 6 * (day - 18))
    with stream_doors(engine) as opened:
        opened.clock.move(timedelta(days=7).total_seconds())
        on_feed(opened, subscriber)
        assert len(subscriber.events) == 47
        for period, count in (("2021-06-18", 5), ("2021-06-22", 6), ("2021-06", 47), ("2021-Q2", 47)):
            proof = opened.get("/figures/completeness", period=period).json()
            assert proof["count"] == count
            span = subscriber.events[proof["first_sequence"] - 1 : proof["last_sequence"]]
            again = Subscriber("figures", hash=proof["hash_before"])
            for event in span:
                again.take(event)
            assert again.hash == proof["hash_after"]


def test_a_scoped_subscriber_sees_its_units_alone_and_proves_that_it_has_all_of_them(kafka_log, services, engine):
    some_work(services, 12, day="2021-06-18")
    copied(engine, kafka_log, 12, channel="tasks")
    copied(engine, kafka_log, 6, channel="figures.xa-an")
    with stream_doors(engine) as opened:
        reader = "provincial_reader@xa-an"
        whole, scoped = Subscriber("tasks"), Subscriber("tasks.xa-an")
        on_feed(opened, whole)
        on_feed(opened, scoped, reader)
        assert {event["data"]["unit_id"] for event in scoped.events} == {"xa-an"}
        assert len(scoped.events) == sum(event["data"]["unit_id"] == "xa-an" for event in whole.events) == 8
        proof = opened.get("/tasks.xa-an/completeness", reader, period="2021").json()
        assert (proof["count"], proof["hash_after"]) == (8, scoped.hash)
        assert opened.get("/tasks", reader).json()["code"] == "unit_not_yours"
        assert opened.get("/tasks.xa-binh", reader).json()["code"] == "unit_not_yours"
    assert isinstance(services.senders["tasks"], Sender)


def test_a_token_that_a_restore_made_stale_gets_410_with_the_ways_to_go_on(kafka_log, services, engine):
    services.release("xa-an")
    backup = dict(services.senders["indicators"].heads)
    services.release("xa-an")
    copied(engine, kafka_log, 2)
    subscriber = Subscriber("figures")
    with stream_doors(engine) as opened:
        on_feed(opened, subscriber)
        services.restore("indicators", backup)
        for _ in range(2):
            services.release("xa-an")
        leases = Leases(engine, owner=f"worker-{new_id()}")
        projector = Projector(engine, kafka_log.broker, kafka_log.projection(), leases, limits=Limits(poll_seconds=0.1))
        projector.rebuild()
        eventually(
            lambda: projector.run_once() >= 0 and opened.get("/figures/snapshot").json()["items"][0]["blocks"] == 3
        )
        projector.close()
        stale = opened.get("/figures", after=subscriber.token)
        assert (stale.status_code, stale.json()["code"]) == (410, "token_stale")
        ways = stale.json()["params"]
        snapshot = httpx.get(f"{opened.url}{ways['snapshot'].removeprefix('/streams/v1')}", headers=opened.headers())
        assert snapshot.json()["items"][0]["blocks"] == 3
        assert opened.get("/figures", after=snapshot.json()["token"]).json() == []
        kept = Subscriber("figures")
        for event in subscriber.events[: ways["kept_through"]]:
            kept.take(event)
        kept.token = ways["after"]
        on_feed(opened, kept)
        assert kept.hash == snapshot.json()["hash"]
        assert len(kept.events) == 3
        line = opened.headers() | {"Last-Event-ID": subscriber.token}
        assert httpx.get(f"{opened.url}/figures/sse", headers=line).status_code == 410


def test_an_open_line_hears_what_a_worker_copies_into_postgresql(kafka_log, services, engine):
    services.release("xa-an")
    copied(engine, kafka_log, 1)
    with stream_doors(engine) as opened:
        url = f"{opened.url}/figures.xa-an/sse"
        with httpx.stream("GET", url, headers=opened.headers("unit_clerk@xa-an"), timeout=30) as answer:
            heard = sse_events(answer)
            assert next(heard)[2]["sequence"] == f"{1:020d}"
            services.release("xa-an")
            copied(engine, kafka_log, 2)
            assert next(it for it in heard if it[0] == "message")[2]["sequence"] == f"{2:020d}"
