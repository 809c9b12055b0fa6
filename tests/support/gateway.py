"""A gateway on temporary files, and the messages of other services that fill its read models."""

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from services.chassis import envelope
from services.chassis.clock import Clock
from services.chassis.database import open_database
from services.chassis.event_store.port import OutboxRow
from services.chassis.leases import Leases
from services.chassis.projector.projector import Projector
from services.chassis.service_client import ServiceClient
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.gateway.bootstrap import Gateway, build, load_pack, migrate
from services.gateway.config import Settings
from services.gateway.directory.pack import read_record
from services.gateway.directory.published_events import published_record
from services.gateway.worker import PROJECTIONS
from tests.support.at_once import AT_ONCE
from tests.support.fixed_clock import FixedClock

PACK = Path(__file__).parents[2] / "packs" / "thang-binh-2021"
INCARNATION = UUID(int=7)
REAL_NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BUSINESS_NOW = datetime(2021, 6, 18, 3, 42, tzinfo=UTC)
COUNTER_V1 = "sha256:" + "c1" * 32

FIGURES = "indicators.figure.events.v1"
DEVICES = "survey.device.events.v1"
COUNTERS = "survey.counter.events.v1"


def the_pack() -> dict[str, Any]:
    """Read the demonstration pack as `cchc init` does."""
    about = json.loads((PACK / "pack.json").read_text())
    return about | {name: json.loads((PACK / file).read_text()) for name, file in about["files"].items()}


@dataclass(slots=True)
class OtherServices:
    """Writes what other services publish, numbered as their stores would."""

    log: InMemoryLog = field(default_factory=InMemoryLog)
    numbers: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    ids: itertools.count = field(default_factory=lambda: itertools.count(1))
    at: datetime = REAL_NOW

    def publish(self, topic: str, wire_type: str, key: str, data: Mapping[str, Any]) -> None:
        """Write one message."""
        lane = (topic, envelope.partition_of(key))
        self.numbers[lane] += 1
        value = envelope.encode(
            incarnation=INCARNATION,
            event_id=UUID(int=next(self.ids)),
            source="/cchc/thang-binh/test",
            type=wire_type,
            subject=key,
            time=self.at,
            data=data,
            key=key,
        )
        number = self.numbers[lane]
        row = OutboxRow(
            position=next(self.ids),
            topic=topic,
            partition=lane[1],
            number=number,
            key=key,
            value=envelope.numbered(value, number),
            incarnation=INCARNATION,
        )
        self.log.write(row)

    def release_block(self, scores: Mapping[int, int], **told: Any) -> None:
        """Release a block; five ballots of one one-stop unless told otherwise."""
        block = {
            "block_id": f"block-{next(self.ids)}",
            "one_stop_id": "xa-binh-duong",
            "field": "dat-dai",
            "level": "cell",
            "family": "counter",
            "questionnaire": COUNTER_V1,
            "counted": True,
            "kind": "ballots",
            "size": sum(abs(count) for count in scores.values()),
            "scores": {str(score): count for score, count in scores.items()},
            "reasons": {},
            "closed_on": "2021-06-18",
        } | told
        self.publish(FIGURES, "cchc.indicators.block_released.v1", f"cell-{block['one_stop_id']}", block)

    def release_served(self, one_stop_id: str, served: int, *, day: str = "2021-06-18", field: str = "dat-dai") -> None:
        """Say how many people were served."""
        data = {"one_stop_id": one_stop_id, "field": field, "day": day, "served": served}
        self.publish(FIGURES, "cchc.indicators.served_released.v1", f"cell-{one_stop_id}", data)

    def pair(self, device_id: str, *, one_stop_id: str = "xa-binh-duong", counter: str = "Quầy 1") -> None:
        """Pair a tablet."""
        data = {
            "device_id": device_id,
            "counter_id": f"{counter}-{one_stop_id}",
            "one_stop_id": one_stop_id,
            "counter_name": counter,
            "at": self.at.isoformat(),
        }
        self.publish(DEVICES, "cchc.survey.device_paired.v1", f"device-{device_id}", data)

    def report(self, device_id: str, **told: Any) -> None:
        """Hear a tablet's heartbeat."""
        data = {
            "device_id": device_id,
            "at": self.at.isoformat(),
            "last_seq": 10,
            "received": 10,
            "missing": [],
            "chain_broken": False,
            "queued": 0,
            "oldest_unsent_seconds": None,
            "battery": 0.9,
            "persisted": True,
            "app_version": "2026.11.0",
            "wake_lock_refusals": 0,
        } | told
        self.publish(DEVICES, "cchc.survey.device_reported.v1", f"device-{device_id}", data)

    def revoke(self, device_id: str) -> None:
        """Revoke a tablet."""
        data = {"device_id": device_id, "at": self.at.isoformat()}
        self.publish(DEVICES, "cchc.survey.device_revoked.v1", f"device-{device_id}", data)

    def describe_units(self, pack: Mapping[str, Any]) -> None:
        """Publish the pack's units as the directory does."""
        for unit in pack["units"]["units"]:
            record = published_record(read_record(unit))
            self.publish("directory.unit.state.v1", "cchc.directory.unit_recorded.v1", unit["id"], record)

    def publish_questionnaire(self, pack: Mapping[str, Any]) -> None:
        """Publish the questionnaire in force."""
        content = pack["questionnaires"]["questionnaires"][0]
        data = {
            "code": content["code"],
            "version": 1,
            "hash": COUNTER_V1,
            "family": "counter",
            "content": content,
            "in_force_from": "2021-01-01",
        }
        self.publish("survey.questionnaire.state.v1", "cchc.survey.questionnaire_put_into_force.v1", COUNTER_V1, data)


@dataclass(slots=True)
class GatewayUnderTest:
    """A gateway, the services around it, and its projectors, which run when asked."""

    gateway: Gateway
    others: OtherServices
    projectors: list[Projector]
    clock: FixedClock
    engine: Engine

    def catch_up(self) -> None:
        """Apply everything published so far."""
        for projector in self.projectors:
            while projector.run_once():
                pass

    def close(self) -> None:
        """Stop everything."""
        for projector in self.projectors:
            projector.close()
        self.gateway.close()
        self.engine.dispose()


def settings_in(folder: Path, **told: Any) -> Settings:
    """Settings for files in a folder."""
    return Settings(
        **{
            "database": f"sqlite:///{folder / 'gateway.db'}",
            "read_database": f"sqlite:///{folder / 'read_gateway.db'}",
            "streams_database": f"sqlite:///{folder / 'streams.db'}",
            "keys": folder / "keys",
            "tenant": "thang-binh",
            "public_url": "http://localhost",
        }
        | told
    )


def a_gateway(
    folder: Path,
    *,
    clock: Clock | None = None,
    with_pack: bool = True,
    settings: Settings | None = None,
    services: Mapping[str, ServiceClient] | None = None,
) -> GatewayUnderTest:
    """Put a gateway together on files, with the demonstration pack loaded."""
    settings = settings or settings_in(folder)
    clock = clock or FixedClock(REAL_NOW, BUSINESS_NOW - REAL_NOW)
    migrate(settings)
    others = OtherServices(at=clock.now())
    engine = open_database(settings.read_database)
    leases = Leases(engine, owner="test")
    broker = InMemoryBroker(others.log, waits=False)
    projectors = [Projector(engine, broker, it, leases, clock=clock, limits=AT_ONCE) for it in PROJECTIONS]
    under_test = GatewayUnderTest(
        gateway=build(settings, clock=clock, services=services),
        others=others,
        projectors=projectors,
        clock=clock,
        engine=engine,
    )
    if with_pack:
        pack = the_pack()
        load_pack(under_test.gateway, pack)
        others.describe_units(pack)
        others.publish_questionnaire(pack)
    under_test.catch_up()
    return under_test
