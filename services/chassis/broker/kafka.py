"""The event log on Apache Kafka. The only module that imports its client.

Clients have threads of their own: make a `KafkaBroker`'s readers and publishers after fork. Records are read as bytes,
lanes are assigned by hand and positions are the reader's business: there are no groups and no commits.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import kafka.record.util
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.net.compat import KafkaNetClient
from kafka.protocol.api_header import ResponseClassRegistry
from kafka.structs import TopicPartition as Partition

from services.chassis.broker.port import Record, Topic, TopicPartition, is_compacted
from services.chassis.clock import monotonic
from services.chassis.domain import Unavailable
from services.chassis.envelope import CONTENT_TYPE, PARTITIONS
from services.chassis.event_store.port import OutboxRow

WINDOW = 1_000
"""Rows sent and not yet acknowledged: the client itself would queue without bound."""

_MAKING = threading.Lock()

LINGER_MS = 5
BATCH_BYTES = 128 * 1024

_CONTENT_TYPE_HEADER = ("content-type", CONTENT_TYPE.encode())
_KEPT_FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
_COMPACTED = {"cleanup.policy": "compact", "delete.retention.ms": str(7 * 24 * 3600 * 1000)}


class KafkaBroker:
    """An event log on Kafka.

    Args:
        bootstrap: Addresses, `host:port` with commas between.
        replication_factor: Copies of each record; from 3 on, two of them have to acknowledge it.
        deadline_seconds: How long a request, or a row's acknowledgement, may take.
    """

    def __init__(self, bootstrap: str, *, replication_factor: int = 1, deadline_seconds: float = 10) -> None:
        """Keep the addresses; connections are made by readers and publishers.

        Raises:
            RuntimeError: The `crc32c` package is missing, without which records cost fifteen times as much.
        """
        if kafka.record.util.crc32c_c is None:
            raise RuntimeError("install crc32c: kafka-python computes checksums in Python without it")
        _make_response_classes()
        self._replication_factor = replication_factor
        self._deadline_seconds = deadline_seconds
        self._connection: dict[str, object] = {
            "bootstrap_servers": bootstrap.split(","),
            "bootstrap_timeout_ms": int(deadline_seconds * 1000),
            "reconnect_backoff_max_ms": 1_000,
        }

    def ensure_topics(self, topics: Iterable[Topic]) -> None:
        """Create the topics that are missing, with the product's partitions; leave the others alone."""
        with _unavailable(), self._admin() as admin:
            existing = set(admin.list_topics())
            missing = {topic.name: self._settings(topic) for topic in topics if topic.name not in existing}
            if missing:
                # Another process may be creating them just now.
                with contextlib.suppress(TopicAlreadyExistsError):
                    admin.create_topics(missing)
                admin.wait_for_topics(list(missing))

    def topics(self) -> set[str]:
        """Name the topics that are there.

        Raises:
            Unavailable: The log cannot be reached.
        """
        with _unavailable(), self._admin() as admin:
            return set(admin.list_topics())

    def _settings(self, topic: Topic) -> dict[str, object]:
        configuration = dict(_COMPACTED if topic.compacted else _KEPT_FOR_EVER)
        configuration["min.insync.replicas"] = "2" if self._replication_factor > 2 else "1"
        return {
            "num_partitions": PARTITIONS,
            "replication_factor": self._replication_factor,
            "configs": configuration,
        }

    @contextlib.contextmanager
    def _admin(self) -> Iterator[Any]:
        admin = _connected(KafkaAdminClient, **self._connection)
        try:
            yield admin
        finally:
            admin.close()

    def reader(self, lanes: Mapping[TopicPartition, int | None]) -> "KafkaReader":
        """Open a reader; each lane goes on after the given offset, or from its beginning."""
        with _unavailable():
            consumer = _connected(
                KafkaConsumer,
                group_id=None,
                enable_auto_commit=False,
                # An offset that the log no longer has: read all again, what was applied is dropped as a twin.
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                metrics_enabled=False,
                **self._connection,
            )
            return KafkaReader(consumer, lanes, deadline_seconds=self._deadline_seconds)

    def publisher(self) -> "KafkaPublisher":
        """Open a publisher."""
        with _unavailable():
            settings = producer_settings(self._deadline_seconds) | self._connection
            producer = _connected(KafkaProducer, **settings)
        return KafkaPublisher(producer, deadline_seconds=self._deadline_seconds)

    def tails(self, topic: str) -> Mapping[int, Record | None]:
        """Give the newest record of each partition of a topic, `None` for an empty one."""
        reader = self.reader({TopicPartition(topic, partition): None for partition in range(PARTITIONS)})
        try:
            return self._newest(reader)
        finally:
            reader.close()

    def _newest(self, reader: "KafkaReader") -> dict[int, Record | None]:
        ends = reader.end()
        newest: dict[int, Record | None] = {lane.partition: None for lane in ends}
        wanted = {lane.partition for lane, end in ends.items() if end is not None}
        for lane, end in ends.items():
            reader.seek(lane, None if end is None else end - 1)
        deadline = monotonic() + self._deadline_seconds
        while wanted:
            if monotonic() > deadline:
                raise Unavailable("the log did not give its newest records in time", partitions=sorted(wanted))
            for record in reader.poll(len(newest), 0.2):
                newest[record.partition] = record
                wanted.discard(record.partition)
        return newest

    def close(self) -> None:
        """Do nothing: readers and publishers are closed by those who opened them."""


def _make_response_classes() -> None:
    """Make the client's class for each version of each answer now, in one thread.

    It makes them when first used and remembers the newest by a weak reference. Of two threads that make the same one, the
    first may win while the second's is remembered: from then on no answer of that kind can be read in this process. The
    same becomes of two threads that write the reader of one version, unless an answer's structure holds its class itself.
    """
    with _MAKING:
        for made in list(ResponseClassRegistry._response_class_registry.values()):  # noqa: SLF001 - it has no other door
            response = made[None]
            response._struct._data_class = response  # noqa: SLF001 - as above
            for version in range(len(response)):
                response[version]


def producer_settings(deadline_seconds: float) -> dict[str, object]:
    """Give what every producer of ours is set to; the relay's bench gives its peer the same."""
    return {
        "acks": "all",
        "enable_idempotence": True,
        "linger_ms": LINGER_MS,
        "batch_size": BATCH_BYTES,
        "delivery_timeout_ms": int(deadline_seconds * 1000),
        "request_timeout_ms": int(deadline_seconds * 500),
        "max_block_ms": int(deadline_seconds * 1000),
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }


class KafkaPublisher:
    """Writes outbox rows, a window of them at a time. After `Unavailable` its process exits without `close()`."""

    def __init__(self, producer: Any, *, deadline_seconds: float) -> None:
        """Take a producer over."""
        self._producer = producer
        self._deadline_seconds = deadline_seconds

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        """Write rows in order and return when the log has acknowledged every one."""
        sent: deque[Any] = deque()
        send = self._producer.send
        with _unavailable():
            for row in rows:
                if len(sent) == WINDOW:
                    self._settle(sent, WINDOW // 2)
                sent.append(send(row.topic, row.value, row.key.encode(), headers_of(row), row.partition))
            self._settle(sent, 0)

    def _settle(self, sent: deque[Any], still_open: int) -> None:
        # The client's own timeout is not relied upon: under a frozen broker its futures stay pending long after it.
        while len(sent) > still_open:
            acknowledgement = sent.popleft()
            if not acknowledgement.succeeded():
                acknowledgement.get(self._deadline_seconds)

    def close(self) -> None:
        """Give connections back after the last successful `publish`."""
        self._producer.close(self._deadline_seconds)


def headers_of(row: OutboxRow) -> list[tuple[str, bytes]]:
    """Give the headers of a record. A tombstone has no body: on compacted topics number and incarnation stand here."""
    if not is_compacted(row.topic):
        return [_CONTENT_TYPE_HEADER]
    return [
        _CONTENT_TYPE_HEADER,
        ("number", b"%020d" % row.number),
        ("incarnation", str(row.incarnation).encode()),
    ]


class KafkaReader:
    """Reads lanes that were assigned by hand, from places that its owner keeps."""

    def __init__(self, consumer: Any, lanes: Mapping[TopicPartition, int | None], *, deadline_seconds: float) -> None:
        """Take a consumer over and put it at its places."""
        self._consumer = consumer
        self._deadline_seconds = deadline_seconds
        self._lanes = tuple(lanes)
        self._ask_at = monotonic() + deadline_seconds
        consumer.assign([Partition(*lane) for lane in lanes])
        for lane, after in lanes.items():
            self.seek(lane, after)

    def poll(self, limit: int, timeout_seconds: float) -> Sequence[Record]:
        """Give up to `limit` records as soon as there are any, or none after `timeout_seconds`."""
        with _unavailable():
            polled = self._consumer.poll(timeout_ms=int(timeout_seconds * 1000), max_records=limit)
        self._believe(is_empty=not polled)
        return [_record(raw) for lane in polled.values() for raw in lane]

    def _believe(self, *, is_empty: bool) -> None:
        """Ask the log itself now and then: the client gives nothing from a log that is away, too."""
        if is_empty and monotonic() < self._ask_at:
            return
        if is_empty:
            self.end()
        self._ask_at = monotonic() + self._deadline_seconds

    def seek(self, lane: TopicPartition, after: int | None) -> None:
        """Go on after the offset `after`, or from the lane's beginning."""
        self._consumer.seek(Partition(*lane), 0 if after is None else after + 1)

    def end(self) -> Mapping[TopicPartition, int | None]:
        """Give the offset of the newest record of each lane, `None` for an empty one.

        Raises:
            Unavailable: The log cannot be reached, or has not every lane.
        """
        partitions = [Partition(*lane) for lane in self._lanes]
        try:
            with _unavailable():
                ends = self._consumer.end_offsets(partitions, timeout_ms=int(self._deadline_seconds * 1000))
        except KeyError as unknown:
            # The client's answer leaves out what the log does not have.
            raise Unavailable(f"Kafka: it has no {unknown}: its topics are gone") from None
        return {TopicPartition(*partition): end - 1 if end else None for partition, end in ends.items()}

    def close(self) -> None:
        """Give connections back."""
        self._consumer.close(autocommit=False)


def _record(raw: Any) -> Record:
    key = raw.key.decode(errors="replace") if raw.key is not None else ""
    if not is_compacted(raw.topic):
        return Record(raw.topic, raw.partition, key, raw.value, raw.offset)
    headers = {name: value or b"" for name, value in raw.headers}
    # A header that cannot be read is left out: the reader parks the record as it would any other broken one.
    digits, incarnation = headers.get("number", b""), headers.get("incarnation", b"")
    return Record(
        raw.topic,
        raw.partition,
        key,
        raw.value,
        raw.offset,
        int(digits) if digits.isdigit() else None,
        incarnation.decode(errors="replace") or None,
    )


def _connected(kind: Callable[..., Any], **settings: Any) -> Any:
    # A client that cannot connect raises, and leaves its thread and sockets behind for as long as the process lives.
    networks: list[Any] = []

    def network(**configuration: Any) -> Any:
        networks.append(KafkaNetClient(**configuration))
        return networks[-1]

    try:
        return kind(kafka_client=network, **settings)
    except KafkaError:
        for left_behind in networks:
            left_behind.close()
        raise


@contextlib.contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise Unavailable(f"Kafka: {error}") from error
