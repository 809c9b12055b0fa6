"""From a real Kafka into a read model on a real PostgreSQL, beside a raw consumer of the same topic."""

from collections.abc import Iterator
from itertools import islice

from kafka import KafkaConsumer
from kafka.structs import TopicPartition
from sqlalchemy import Engine

from benches.folding import TOPIC, Folded, Kept, ballot_rows
from benches.report import Goal, Sample, interleaved, measured, note, report_comparison
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.broker.port import Topic
from services.chassis.database import open_database
from services.chassis.envelope import PARTITIONS
from services.chassis.leases import Leases
from services.chassis.projection import Projection
from services.chassis.projector import Limits, Projector
from tests.support.servers.kafka import kafka_server
from tests.support.servers.postgres import postgres_server

MESSAGES = 150_000
PAGE = 5_000


def main() -> None:
    """Measure, and print a JSON line per figure."""
    with kafka_server(options=()) as kafka, postgres_server() as postgres:
        broker = KafkaBroker(kafka.bootstrap)
        _fill(broker)
        note(f"project: {MESSAGES} messages are in the topic")
        engine = open_database(postgres.url)
        goal = Goal(at_least=20_000, ratio_at_least=0.3)
        _compare(engine, broker, kafka.bootstrap, _folds(), "folding a batch to one upsert", goal)
        _compare(engine, broker, kafka.bootstrap, _rows(), "a row per message", None)
        engine.dispose()


def _compare(
    engine: Engine,
    broker: KafkaBroker,
    bootstrap: str,
    projections: Iterator[Projection],
    figure: str,
    goal: Goal | None,
) -> None:
    comparison = interleaved(
        lambda: _project(engine, broker, next(projections)), lambda: measured(lambda: _consume(bootstrap))
    )
    report_comparison("project", figure, "messages/s", comparison, peer="raw kafka-python consumer", goal=goal)


def _folds() -> Iterator[Projection]:
    yield from (Folded(f"folded_{nth}") for nth in range(100))


def _rows() -> Iterator[Projection]:
    yield from (Kept(f"kept_{nth}") for nth in range(100))


def _fill(broker: KafkaBroker) -> None:
    broker.ensure_topics([Topic(name=TOPIC)])
    publisher, rows = broker.publisher(), ballot_rows(MESSAGES)
    while page := list(islice(rows, PAGE)):
        publisher.publish(page)
    publisher.close()


def _project(engine: Engine, broker: KafkaBroker, projection: Projection) -> Sample:
    projector = Projector(engine, broker, projection, Leases(engine, owner="bench"), limits=Limits(poll_seconds=2.0))

    def project() -> int:
        read = 0
        while read < MESSAGES:
            read += projector.run_once()
        return read

    sample = measured(project)
    projector.close()
    return sample


def _consume(bootstrap: str) -> int:
    """Read every record as bytes and do nothing, with the settings of our own reader."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
    consumer.assign([TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)])
    read = 0
    while read < MESSAGES:
        read += sum(map(len, consumer.poll(timeout_ms=2000, max_records=2000).values()))
    consumer.close()
    return read


if __name__ == "__main__":
    main()
