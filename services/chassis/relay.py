"""From a store's numbered outbox to the event log, by one leader at a time.

The relay only copies bytes. When a send fails, or is not acknowledged in time, what the log holds is unknown: the
process exits at once, without closing its client, and its successor sends everything after the cursor again. Readers
drop what they have.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from services.chassis.broker.port import Broker, Publisher, Topic, is_compacted
from services.chassis.clock import monotonic
from services.chassis.domain import Unavailable
from services.chassis.event_store.port import EventStore, OutboxRow
from services.chassis.leases import Leases
from services.chassis.logging import get_logger
from services.chassis.relay_cursor import Lane, RelayCursor, Tail, tail_of

PAGE = 10_000
"""Rows read, sent and marked as sent at a time; fewer while the log is slow, so that a page never outlives the lease."""

POLL_SECONDS = 0.25
"""How long the relay sleeps when nobody wakes it; a lost notification costs no more than this."""

LOOK_BACK_SECONDS = 300.0
"""How often a leader with nothing to send sees that the log still has what it was sent; it costs a read of every lane."""

Wait = Callable[[float], object]
"""Sleeps for some seconds, or less when there may be something to do."""


class RelayMustExit(Exception):  # noqa: N818 - an instruction to the process
    """Raised when the process has to end now, by `os._exit`, without closing anything."""


class Relay:
    """Copies one store's outbox to the log while it holds the store's lease. One thread uses it."""

    def __init__(self, store: EventStore, broker: Broker, leases: Leases, *, store_name: str) -> None:
        """Take the store, the log, and the leases of the store's own database."""
        self.leases, self.store_name = leases, store_name
        self._store, self._broker = store, broker
        self._cursor = RelayCursor(leases, store_name)
        self._topics: set[str] = set()
        self._epoch: int | None = None
        self._publisher: Publisher | None = None
        self._position = 0
        self._page = PAGE
        self._renew_at = self._look_back_at = 0.0
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="relay-reads")
        self._ahead: Future[list[OutboxRow]] | None = None

    @property
    def name(self) -> str:
        """What the relay is called in logs and among a worker's tasks."""
        return self._cursor.lease

    @property
    def leads(self) -> bool:
        """Whether this relay holds the lease, as far as it knows."""
        return self._epoch is not None

    @property
    def is_connecting(self) -> bool:
        """Whether it holds the lease and the log has not answered yet."""
        return self.leads and self._publisher is None

    def lag(self) -> int:
        """Give how many messages the log has not acknowledged, as far as the leader knows; 0 for who does not lead."""
        # Every message has a number in its lane, and a position in the outbox: there are as many of either.
        return max(0, sum(self._store.heads().values()) - self._position) if self.leads else 0

    def run(self, stop: threading.Event, wait: Wait | None = None) -> None:
        """Relay until `stop`; then close the client and give the lease back.

        Raises:
            RelayMustExit: The process has to end now, without closing anything.
        """
        sleep = wait or stop.wait
        while not stop.is_set():
            if self.run_once() == 0:
                sleep(POLL_SECONDS)
        self.close()

    def run_once(self) -> int:
        """Relay up to a page of rows, taking the lease if it is free, and give their number.

        Raises:
            RelayMustExit: The process has to end now, without closing anything.
        """
        try:
            publisher = self._leading_publisher()
            return 0 if publisher is None else self._relay_page(publisher)
        except (Unavailable, SQLAlchemyError) as error:
            get_logger().error("relay_must_exit", store=self.store_name, because=str(error))
            raise RelayMustExit(str(error)) from error

    def close(self) -> None:
        """Close the client after the last page, and let the next relay lead at once."""
        if self._publisher is not None:
            self._publisher.close()
        if self._epoch is not None:
            self.leases.release(self._cursor.lease, self._epoch)
        self._publisher = self._epoch = self._ahead = None
        self._reading.shutdown()

    def _leading_publisher(self) -> Publisher | None:
        if self._epoch is None or self._publisher is None:
            return self._take_the_lead()
        if monotonic() >= self._renew_at:
            self._renew(self._epoch)
        return self._publisher

    def _take_the_lead(self) -> Publisher | None:
        self._epoch = self.leases.acquire(self._cursor.lease)
        if self._epoch is None:
            return None
        self._renew_at = monotonic() + self.leases.ttl_seconds / 3
        acknowledged = self._cursor.load(self._epoch)
        self._ensure({topic for topic, _ in self._store.heads()})
        self._position = self._kept(acknowledged)
        get_logger().info(
            "relay_leads",
            store=self.store_name,
            epoch=self._epoch,
            position=self._position,
            lost=acknowledged - self._position,
        )
        self._publisher = self._broker.publisher()
        return self._publisher

    def _kept(self, acknowledged: int) -> int:
        """Give the position from which to go on so that the log has everything that it once acknowledged."""
        self._look_back_at = monotonic() + LOOK_BACK_SECONDS
        return self._cursor.rewound(acknowledged, self._tails(), self._store.incarnation())

    def _look_back(self) -> None:
        """Send again what a log lost, or was replaced without, while nothing was sent."""
        if (kept := self._kept(self._position)) < self._position:
            get_logger().warning("log_lost_messages", store=self.store_name, lost=self._position - kept)
            self._position = kept

    def _renew(self, epoch: int) -> None:
        if not self.leases.renew(self._cursor.lease, epoch):
            raise Unavailable("another relay leads now")
        self._renew_at = monotonic() + self.leases.ttl_seconds / 3

    def _relay_page(self, publisher: Publisher) -> int:
        started = monotonic()
        rows = self._next_page()
        if rows:
            self._ensure({row.topic for row in rows})
            publisher.publish(rows)
            self._advance(rows)
        elif monotonic() >= self._look_back_at:
            self._look_back()
        slow = monotonic() - started > self.leases.ttl_seconds / 4
        self._page = max(1, self._page // 2) if slow else min(PAGE, self._page * 2)
        return len(rows)

    def _next_page(self) -> Sequence[OutboxRow]:
        rows = self._ahead.result() if self._ahead else self._store.read_outbox(self._position, self._page)
        # A full page has most likely a successor: it is read while this one is on its way.
        more = len(rows) >= self._page
        self._ahead = self._reading.submit(self._store.read_outbox, rows[-1].position, self._page) if more else None
        return rows

    def _advance(self, rows: Sequence[OutboxRow]) -> None:
        assert self._epoch is not None  # noqa: S101 - pages are relayed by the leader
        self._cursor.save(self._epoch, rows[-1].position)
        self._position = rows[-1].position

    def _ensure(self, topics: set[str]) -> None:
        if missing := topics - self._topics:
            self._broker.ensure_topics(Topic(name=name, compacted=is_compacted(name)) for name in sorted(missing))
            self._topics |= missing

    def _tails(self) -> dict[Lane, Tail]:
        incarnation = self._store.incarnation()
        tails: dict[Lane, Tail] = {}
        for topic in sorted(self._topics):
            for partition, record in self._broker.tails(topic).items():
                if (tail := tail_of(record, incarnation)) is None:
                    get_logger().warning("relay_met_a_foreign_record", topic=topic, partition=partition)
                else:
                    tails[topic, partition] = tail
        return tails
