"""The fleet: what each tablet last said about itself. Sequence and contact, never a score."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, MetaData, String, Table, Text, select

from services.chassis.envelope import CloudEvent
from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import read
from services.gateway.reporting.freshness import define_freshness, note_heard
from services.gateway.reporting.upserts import write

Row = dict[str, Any]

_NOTHING_KNOWN: Mapping[str, Any] = {
    "counter_id": None,
    "one_stop_id": None,
    "counter_name": None,
    "paired_at": None,
    "revoked_at": None,
    "last_contact_at": None,
    "last_seq": 0,
    "received": 0,
    "missing": "[]",
    "chain_broken": False,
    "queued": None,
    "oldest_unsent_seconds": None,
    "battery": None,
    "persisted": None,
    "app_version": None,
    "wake_lock_refusals": None,
}


class DeviceBound(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet was paired, or bound to another counter."""

    device_id: str
    counter_id: str
    one_stop_id: str
    counter_name: str
    at: datetime


class DeviceRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet may send no more."""

    device_id: str
    at: datetime


class DeviceReported(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet was heard. What only a heartbeat tells is `None` in a report made from a batch."""

    device_id: str
    at: datetime
    last_seq: int
    received: int
    missing: list[tuple[int, int]]
    chain_broken: bool
    queued: int | None = None
    oldest_unsent_seconds: float | None = None
    battery: float | None = None
    persisted: bool | None = None
    app_version: str | None = None
    wake_lock_refusals: int | None = None


_TOLD_BY_HEARTBEATS = ("queued", "oldest_unsent_seconds", "battery", "persisted", "app_version", "wake_lock_refusals")


def _bound(row: Row, event: CloudEvent) -> Row:
    told = read(event, DeviceBound)
    known = {"counter_id": told.counter_id, "one_stop_id": told.one_stop_id, "counter_name": told.counter_name}
    return row | known | {"paired_at": row["paired_at"] or told.at.isoformat(), "revoked_at": None}


def _revoked(row: Row, event: CloudEvent) -> Row:
    return row | {"revoked_at": read(event, DeviceRevoked).at.isoformat()}


def _reported(row: Row, event: CloudEvent) -> Row:
    told = read(event, DeviceReported)
    health = {name: getattr(told, name) for name in _TOLD_BY_HEARTBEATS if getattr(told, name) is not None}
    heard = {
        "last_contact_at": told.at.isoformat(),
        "last_seq": told.last_seq,
        "received": told.received,
        "missing": msgspec.json.encode(told.missing).decode(),
        "chain_broken": told.chain_broken,
    }
    return row | heard | health


_DEVICE_FACTS: Mapping[str, Callable[[Row, CloudEvent], Row]] = {
    "cchc.survey.device_paired.v1": _bound,
    "cchc.survey.device_bound.v1": _bound,
    "cchc.survey.device_revoked.v1": _revoked,
    "cchc.survey.device_reported.v1": _reported,
}


class _Device(msgspec.Struct, frozen=True):
    device_id: str


class Fleet:
    """The read model behind the fleet page and its API."""

    name = "fleet"
    version = 1
    topics: tuple[str, ...] = ("survey.device.events.v1", "survey.counter.events.v1")

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare one row per tablet and one per counter."""
        Table(
            name("devices"),
            metadata,
            Column("device_id", String, primary_key=True),
            *(Column(it, String) for it in ("counter_id", "one_stop_id", "counter_name", "paired_at", "revoked_at")),
            Column("last_contact_at", String),
            Column("last_seq", BigInteger, nullable=False),
            Column("received", BigInteger, nullable=False),
            Column("missing", Text, nullable=False),
            Column("chain_broken", Boolean, nullable=False),
            Column("queued", Integer),
            Column("oldest_unsent_seconds", Float),
            Column("battery", Float),
            Column("persisted", Boolean),
            Column("app_version", String),
            Column("wake_lock_refusals", Integer),
        )
        Table(
            name("counters"),
            metadata,
            Column("counter_id", String, primary_key=True),
            Column("name", String, nullable=False),
        )
        define_freshness(metadata, name)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: the rows it touches are read once and written once."""
        told = [(_DEVICE_FACTS[it.type], it) for it in _events(batch) if it.type in _DEVICE_FACTS]
        named = [(fact, event, read(event, _Device).device_id) for fact, event in told]
        rows = _known(view, {device_id for _, _, device_id in named})
        for fact, event, device_id in named:
            rows[device_id] = fact(rows.get(device_id, {"device_id": device_id, **_NOTHING_KNOWN}), event)
        write(view, "devices", rows.values())
        write(view, "counters", _counter_names(batch))
        note_heard(view, batch)


def _events(batch: Sequence[Delivery]) -> list[CloudEvent]:
    return [delivery.event for delivery in batch if delivery.event is not None]


def _known(view: View, device_ids: set[str]) -> dict[str, Row]:
    table = view.table("devices")
    rows = view.connection.execute(select(table).where(table.c.device_id.in_(sorted(device_ids)))).mappings()
    return {row["device_id"]: dict(row) for row in rows}


class _CounterNamed(msgspec.Struct, frozen=True):
    counter_id: str
    name: str


_COUNTER_FACTS = ("cchc.survey.counter_opened.v1", "cchc.survey.counter_renamed.v1")


def _counter_names(batch: Sequence[Delivery]) -> list[Row]:
    told = [read(event, _CounterNamed) for event in _events(batch) if event.type in _COUNTER_FACTS]
    return [
        {"counter_id": counter_id, "name": name} for counter_id, name in {it.counter_id: it.name for it in told}.items()
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tablet:
    """One tablet as the page and the API show it."""

    device_id: str
    counter_id: str | None
    counter_name: str
    one_stop_id: str | None
    paired_at: datetime | None
    revoked_at: datetime | None
    last_contact_at: datetime | None
    last_seq: int
    received: int
    missing: tuple[tuple[int, int], ...]
    chain_broken: bool
    queued: int | None
    oldest_unsent_seconds: float | None
    battery: float | None
    persisted: bool | None
    app_version: str | None
    wake_lock_refusals: int | None

    @property
    def missing_count(self) -> int:
        """How many envelopes the server knows of and does not have."""
        return sum(last - first + 1 for first, last in self.missing)


def tablets_of(view: View) -> list[Tablet]:
    """Give every tablet, in order of one-stop, counter and pairing."""
    devices, counters = view.table("devices"), view.table("counters")
    joined = devices.outerjoin(counters, devices.c.counter_id == counters.c.counter_id)
    query = select(devices, counters.c.name).select_from(joined)
    rows = view.connection.execute(query.order_by(devices.c.one_stop_id, devices.c.counter_id, devices.c.paired_at))
    return [_tablet(dict(row)) for row in rows.mappings()]


def _tablet(row: Row) -> Tablet:
    for name in ("paired_at", "revoked_at", "last_contact_at"):
        row[name] = datetime.fromisoformat(row[name]) if row[name] else None
    name = row.pop("name") or row["counter_name"] or row["counter_id"] or ""
    missing = tuple((first, last) for first, last in msgspec.json.decode(row["missing"]))
    return Tablet(**(row | {"counter_name": name, "missing": missing}))


FLEET = Fleet()
"""The one instance: builds are cached by it."""
