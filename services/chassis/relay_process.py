"""A relay in a process of its own, on PostgreSQL and Kafka."""

import os
import signal
import threading
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from services.chassis.broker.kafka import KafkaBroker
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.postgres import NOTIFY_CHANNEL
from services.chassis.event_store.readers import open_driver_connection
from services.chassis.http.internal import Check, create_internal_app
from services.chassis.internal_port import open_internal_port
from services.chassis.leases import Leases
from services.chassis.logging import get_logger
from services.chassis.metering import fill_relay
from services.chassis.metrics import Metrics
from services.chassis.relay import Relay, RelayMustExit

EXIT_AND_START_AGAIN = 75
"""What the process ends with when its successor has to go on; `EX_TEMPFAIL` of sysexits.h."""


class OutboxAlarm:
    """Wakes a relay when the store announces that its outbox has grown.

    A lost connection never stops the relay: it then sleeps as long as it was told to, and listens again later.
    """

    def __init__(self, engine: Engine) -> None:
        """Listen on a connection of its own, from the first wait on."""
        self._engine = engine
        self._connection: Any = None
        self._lost: type[Exception] = engine.dialect.loaded_dbapi.Error

    def wait(self, seconds: float) -> None:
        """Sleep for `seconds`, or until the outbox has grown."""
        try:
            if self._connection is None:
                # What was announced before now is found by looking, so the first wait is none.
                self._connection = open_driver_connection(self._engine, _listen)
                return
            for _ in self._connection.notifies(timeout=seconds, stop_after=1):
                pass
        except (self._lost, Unavailable):
            self.close()
            threading.Event().wait(seconds)

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _listen(connection: Any) -> None:
    connection.autocommit = True
    connection.execute(f"LISTEN {NOTIFY_CHANNEL}")


@dataclass(frozen=True, kw_only=True, slots=True)
class RelaySettings:
    """What a relay process has to be told."""

    database_url: str
    bootstrap: str
    store_name: str
    owner: str
    """A name that no other process uses. A successor of the same name need not wait for the lease to expire."""
    replication_factor: int = 1
    ttl_seconds: float = 10
    """How long a relay that is not heard of keeps the lead."""
    deadline_seconds: float = 10
    """How long a row may go unacknowledged."""
    internal_port: int | None = None
    """Where health and metrics are told; 0 takes a free port, `None` opens none."""


def relay_until(stop: threading.Event, settings: RelaySettings) -> None:
    """Relay a store's outbox until `stop`.

    Raises:
        RelayMustExit: The process has to end now, without closing anything.
    """
    engine = open_database(settings.database_url, pool_size=1)
    broker = KafkaBroker(
        settings.bootstrap,
        replication_factor=settings.replication_factor,
        deadline_seconds=settings.deadline_seconds,
    )
    leases = Leases(engine, owner=settings.owner, ttl_seconds=settings.ttl_seconds)
    store, alarm = open_event_store(engine), OutboxAlarm(engine)
    relay = Relay(store, broker, leases, store_name=settings.store_name)
    server = None if settings.internal_port is None else open_internal_port(_health(relay), settings.internal_port)
    get_logger().info("relay_started", store=settings.store_name, port=server.port if server else None)
    relay.run(stop, alarm.wait)
    if server is not None:
        server.shutdown()
    alarm.close()
    store.close()
    engine.dispose()


def _health(relay: Relay) -> Flask:
    metrics = Metrics()

    def outbox() -> None:
        relay.lag()

    def log() -> str | None:
        return "the log has not answered yet" if relay.is_connecting else None

    checks = [Check("outbox", outbox), Check("log", log)]
    return create_internal_app(metrics, checks, fill=lambda: fill_relay(metrics, relay))


def relay_main(settings: RelaySettings) -> None:
    """Relay as this process's only work: `SIGTERM` ends it in good order, a failure at once."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        relay_until(stop, settings)
    except RelayMustExit:
        # A closing client would go on sending; whoever starts this process again is waiting for it to be gone.
        os._exit(EXIT_AND_START_AGAIN)
