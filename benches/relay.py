"""Outbox to Kafka: the relay against a bare producer that sends the same bytes with the same settings."""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles

import msgspec
from kafka import KafkaProducer
from sqlalchemy import Engine, text

from benches.report import Goal, Sample, interleaved, measured, note, report, report_comparison
from services.chassis.broker.kafka import KafkaBroker, headers_of, producer_settings
from services.chassis.broker.port import Topic, TopicPartition
from services.chassis.database import open_database
from services.chassis.envelope import PARTITIONS, decode, encode, partition_of
from services.chassis.event_store.port import AppendRequest, EventStore, NewFact, NewMessage, OutboxRow
from services.chassis.event_store.postgres import PostgresEventStore
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.leases import Leases, create_leases
from services.chassis.relay import PAGE, Relay
from services.chassis.relay_cursor import create_relay_cursor
from services.chassis.relay_process import RelaySettings
from tests.support.relay_process import RelayProcess
from tests.support.servers.kafka import kafka_server
from tests.support.servers.ports import eventually
from tests.support.servers.postgres import Databases, postgres_server

ROWS = 60_000
STREAMS = 48
PEER = "kafka-python producer, same bytes and settings"

ARRIVALS_PER_SECOND = 2_000
TICK_SECONDS = 0.01
LAG_SECONDS = 20

_THROUGHPUT = Goal(ratio_at_least=0.6)
_LAG = Goal(at_most=1_000)


@dataclass(frozen=True, kw_only=True)
class Bed:
    """A store and a log, both real, for one figure."""

    engine: Engine
    store: PostgresEventStore
    broker: KafkaBroker
    url: str
    bootstrap: str
    topic: str


def main() -> None:
    """Print how fast the outbox reaches Kafka, and how late a message is at a steady rate."""
    with postgres_server() as postgres, kafka_server(options=()) as kafka:
        databases = Databases(postgres)
        with bed(databases.lend(), kafka.bootstrap) as made:
            throughput(made)
        with bed(databases.lend(), kafka.bootstrap) as made:
            lag(made)


@contextlib.contextmanager
def bed(url: str, bootstrap: str) -> Iterator[Bed]:
    """Prepare a database and a topic of their own."""
    engine, broker = open_database(url), KafkaBroker(bootstrap)
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
        create_leases(connection)
        create_relay_cursor(connection)
    topic = f"bench{new_id().hex[:12]}.ballot.events.v1"
    broker.ensure_topics([Topic(name=topic)])
    store = PostgresEventStore(engine)
    yield Bed(engine=engine, store=store, broker=broker, url=url, bootstrap=bootstrap, topic=topic)
    store.close()
    engine.dispose()


def throughput(made: Bed) -> None:
    """Compare the relay with the bare producer over the same rows; both are warm, with one page behind them."""
    for start in range(0, ROWS, 500):
        made.store.append_many([a_ballot(made, start + nth, 0.0) for nth in range(500)])
    rows = [row for after in range(0, ROWS, PAGE) for row in made.store.read_outbox(after, PAGE)]
    comparison = interleaved(lambda: relayed(made), lambda: produced(made, rows))
    report_comparison("relay", "outbox to Kafka", "messages/s", comparison, peer=PEER, goal=_THROUGHPUT)
    note(f"relay: {ROWS} messages of {len(rows[0].value or b'')} bytes, {PARTITIONS} partitions")


def a_ballot(made: Bed, nth: int, due: float) -> AppendRequest:
    """Make the request of the `nth` ballot; `due` is when it ought to be recorded, on this process's clock."""
    stream = f"ballots-{nth % STREAMS}"
    body = encode(
        incarnation=made.store.incarnation(),
        event_id=new_id(),
        source="/cchc/bench/survey",
        type="cchc.survey.ballot_cast.v1",
        subject=stream,
        time=datetime(2021, 6, 18, 1, tzinfo=UTC),
        data={"due": due, "one_stop_id": "thang-binh", "family": "counter", "score": 4, "reasons": ["waiting_time"]},
        key=stream,
    )
    return AppendRequest(
        stream=stream,
        expected_version=nth // STREAMS - 1,
        facts=(NewFact(type="survey.ballot_cast.v1", data=b"{}"),),
        messages=(NewMessage(topic=made.topic, partition=partition_of(stream), key=stream, value=body),),
    )


def relayed(made: Bed) -> Sample:
    """Relay the whole outbox from its beginning, the first page before the clock starts."""
    with made.engine.begin() as connection:
        connection.execute(text("DELETE FROM relay_cursor"))
    relay = Relay(made.store, made.broker, Leases(made.engine, owner=str(new_id())), store_name="survey")
    warm = relay.run_once()
    assert warm == PAGE
    sample = measured(lambda: _drain(relay))
    assert sample.items == ROWS - PAGE
    relay.close()
    return sample


def _drain(relay: Relay) -> int:
    total = 0
    while sent := relay.run_once():
        total += sent
    return total


def produced(made: Bed, rows: Sequence[OutboxRow]) -> Sample:
    """Send the same rows with a bare producer, as fast as it takes them."""
    producer = KafkaProducer(bootstrap_servers=made.bootstrap, **producer_settings(30))
    _send(producer, rows[:PAGE])
    sample = measured(lambda: _send(producer, rows[PAGE:]))
    producer.close()
    return sample


def _send(producer: KafkaProducer, rows: Sequence[OutboxRow]) -> int:
    for row in rows:
        producer.send(row.topic, row.value, row.key.encode(), headers_of(row), row.partition)
    producer.flush()
    return len(rows)


def lag(made: Bed) -> None:
    """Record at a steady rate, whatever happens, and see how long after its due time a reader has each message."""
    settings = RelaySettings(database_url=made.url, bootstrap=made.bootstrap, store_name="survey", owner=str(new_id()))
    expected = ARRIVALS_PER_SECOND * LAG_SECONDS
    late: list[float] = []
    with RelayProcess(settings) as relay:
        made.store.append(a_ballot(made, 0, time.perf_counter()))
        eventually(lambda: _is_relayed(made.engine), seconds=30)
        reading = threading.Thread(target=_read, args=(made, expected, late))
        reading.start()
        waited = _arrive(made, made.store, expected)
        reading.join()
        relay.end()
    assert len(late) == expected
    # The first second belongs to caches that are still cold on both sides.
    steady = late[ARRIVALS_PER_SECOND:]
    name = f"due to readable at {ARRIVALS_PER_SECOND}/s"
    report("relay", f"{name}, p50", median(steady) * 1_000, "ms")
    report("relay", f"{name}, p99", quantiles(steady, n=100)[98] * 1_000, "ms", goal=_LAG)
    # On a busy machine the bench itself comes late; what it waited for is in the figures above.
    before = quantiles(waited[ARRIVALS_PER_SECOND:], n=100)[98] * 1_000
    report("relay", f"due to recorded at {ARRIVALS_PER_SECOND}/s, before the relay has a part in it, p99", before, "ms")


def _is_relayed(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(text("SELECT position FROM relay_cursor")).scalar_one_or_none() == 1


def _arrive(made: Bed, store: EventStore, count: int) -> list[float]:
    """Record at the given pace; give how late each message was recorded, in seconds."""
    waited: list[float] = []
    per_tick = round(ARRIVALS_PER_SECOND * TICK_SECONDS)
    started = time.perf_counter()
    for nth in range(0, count, per_tick):
        due = started + nth / ARRIVALS_PER_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        store.append_many([a_ballot(made, 1 + nth + more, due) for more in range(per_tick)])
        made.store.announce()
        waited += [time.perf_counter() - due] * per_tick
    return waited


def _read(made: Bed, count: int, late: list[float]) -> None:
    reader = made.broker.reader({TopicPartition(made.topic, partition): None for partition in range(PARTITIONS)})
    deadline = time.perf_counter() + LAG_SECONDS + 30
    while len(late) < count + 1 and time.perf_counter() < deadline:
        for record in reader.poll(2_000, 0.1):
            due = msgspec.json.decode(decode(record.value or b"").data)["due"]
            late.append(time.perf_counter() - due)
    del late[0]
    reader.close()


if __name__ == "__main__":
    main()
