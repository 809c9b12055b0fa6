"""A stream log on a database, the services that speak into it, and a subscriber who trusts nobody."""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from services.chassis.broker.port import Broker
from services.chassis.database import open_database
from services.chassis.leases import Leases
from services.chassis.projector import Diverged, Limits, Projector
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.sending import Sender
from services.gateway.streams.channels import channel_of
from services.gateway.streams.log import STREAM_LOG
from services.gateway.streams.reading import Message, StreamReader
from services.gateway.streams.tokens import Token

FIGURES = "indicators.figure.events.v1"
TASKS = "tasks.task.events.v1"
REPORTS = "tasks.report.events.v1"
MEASUREMENTS = "indicators.measurement.events.v1"
UNITS = "directory.unit.state.v1"

PARENTS = {
    "tinh": None,
    "huyen": "tinh",
    "xa-an": "huyen",
    "xa-binh": "huyen",
    "mot-cua-an": "xa-an",
}
"""A small tree: a province, its district, two communes, one with a one-stop."""

HASTE = Limits(batch=7, rebuild_batch=11, poll_seconds=0.0)


@dataclass(slots=True)
class Services:
    """Every service that speaks, each with a store of its own."""

    log: InMemoryLog = field(default_factory=InMemoryLog)
    senders: dict[str, Sender] = field(default_factory=dict)
    ids: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def publish(self, topic: str, key: str, kind: str, data: Mapping[str, Any]) -> None:
        """Write one message."""
        service = topic.split(".", maxsplit=1)[0]
        sender = self.senders.setdefault(service, Sender())
        self.log.write(sender.row(topic, key, data, kind=f"cchc.{service}.{kind}.v1"))

    def describe(self, unit_id: str, parent_id: str | None, **dated: str | None) -> None:
        """Tell of a unit."""
        parents = [] if parent_id is None else [{"parent_id": parent_id} | dated]
        self.publish(UNITS, unit_id, "unit_recorded", {"id": unit_id, "parents": parents})

    def describe_all(self) -> None:
        """Tell of the small tree."""
        for unit_id, parent_id in PARENTS.items():
            self.describe(unit_id, parent_id)

    def release(self, one_stop_id: str, *, day: str = "2021-06-18", **told: Any) -> None:
        """Release a block of five ballots."""
        data = {
            "block_id": f"block-{next(iter(self.ids))}",
            "one_stop_id": one_stop_id,
            "field": "dat-dai",
            "family": "counter",
            "questionnaire": "sha256:" + "c1" * 32,
            "counted": True,
            "level": "cell",
            "kind": "ballots",
            "size": 5,
            "scores": {"5": 4, "2": 1},
            "reasons": {},
            "closed_on": day,
        }
        self.publish(FIGURES, f"cell-{one_stop_id}", "block_released", data | told)

    def assign(self, task_id: str, unit_id: str, *, day: str = "2021-06-18") -> None:
        """Assign a task."""
        data = {
            "task_id": task_id,
            "unit_id": unit_id,
            "title": "Niêm yết thủ tục",
            "due_on": "2021-06-30",
            "at": f"{day}T08:00:00+07:00",
        }
        self.publish(TASKS, f"task-{task_id}", "task_assigned", data)

    def tell_of(self, task_id: str, kind: str, *, day: str = "2021-06-18", **told: Any) -> None:
        """Say something of a task that names no unit."""
        self.publish(TASKS, f"task-{task_id}", kind, {"task_id": task_id, "at": f"{day}T09:00:00+07:00"} | told)

    def restore(self, service: str, heads: Mapping[Any, int]) -> None:
        """Put a service's store back to a backup that holds `heads`."""
        successor, markers = self.senders[service].restored(Counter(dict(heads)))
        self.senders[service] = successor
        self.log.write(*markers)


def described_services() -> Services:
    """Give services that have told of the small tree."""
    told = Services()
    told.describe_all()
    return told


@dataclass(slots=True)
class StreamLogUnderTest:
    """The projector and the reader of a log."""

    engine: Engine
    broker: Broker
    reader: StreamReader
    projector: Projector

    def catch_up(self) -> None:
        """Apply everything published so far."""
        while self.projector.run_once():
            pass

    def reconcile(self) -> None:
        """Stop at a restore that took back what was applied, and build anew, as `cchc reconcile` does."""
        with pytest.raises(Diverged):
            self.catch_up()
        self.restart()
        self.projector.rebuild()
        self.catch_up()

    def restart(self) -> None:
        """Let another process take over."""
        self.projector.close()
        self.projector = a_projector(self.engine, self.broker)

    def close(self) -> None:
        """Stop."""
        self.projector.close()
        self.engine.dispose()


def a_projector(engine: Engine, broker: Broker) -> Projector:
    """Make the projector of the stream log, with small batches."""
    return Projector(engine, broker, STREAM_LOG, Leases(engine, owner="tests"), limits=HASTE)


def a_stream_log(where: Path | str, broker: Broker | None = None) -> StreamLogUnderTest:
    """Make a stream log in a file, or in the database of a URL."""
    url = where if isinstance(where, str) else f"sqlite:///{where}"
    engine = open_database(url)
    broker = broker or InMemoryBroker()
    projector = a_projector(engine, broker)
    projector.run_once()
    return StreamLogUnderTest(engine, broker, StreamReader(open_database(url, read_only=True)), projector)


@dataclass(slots=True)
class Subscriber:
    """Keeps what it was given and works out the hash from the published algorithm alone."""

    channel: str
    token: Token | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    hash: str = ""

    def __post_init__(self) -> None:
        """Begin before the first message."""
        self.hash = self.hash or hashlib.sha256(self.channel.encode()).hexdigest()

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, in order."""
        return [event["id"] for event in self.events]

    def take(self, event: dict[str, Any]) -> None:
        """Keep one message."""
        self.events.append(event)
        self.hash = hash_after(self.hash, event)

    def follow(self, reader: StreamReader, limit: int = 4) -> None:
        """Read on to the end of the channel."""
        while messages := reader.after(channel_of(self.channel), self.token, limit)[1]:
            for message in messages:
                self.take(opened(message))
                self.token = message.place.token


def opened(message: Message) -> dict[str, Any]:
    """Read a message's body."""
    read: dict[str, Any] = json.loads(message.body)
    return read


def hash_after(before: str, event: Mapping[str, Any]) -> str:
    """Work out the next hash, as a subscriber does who has read the published algorithm and nothing of ours."""
    hashed = {name: event[name] for name in ("data", "id", "source", "subject", "time", "type")}
    written = json.dumps(_as_in_javascript(hashed), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(written.encode()).digest()
    return hashlib.sha256(bytes.fromhex(before) + digest).hexdigest()


def _as_in_javascript(value: Any) -> Any:
    """RFC 8785 writes numbers as JavaScript does, which knows no difference between 1.0 and 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _as_in_javascript(inner) for name, inner in value.items()}
    return [_as_in_javascript(inner) for inner in value] if isinstance(value, list) else value
