"""One batch, one transaction: the fence, the handler's rows, what had to be parked, and how far each lane has come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from services.chassis.broker.port import Record, is_compacted
from services.chassis.clock import Clock, rfc3339
from services.chassis.domain import InvalidMessage
from services.chassis.envelope import decode, decode_all
from services.chassis.projection import Delivery, Projection, View
from services.chassis.projector.builds import pointer_of, view_of
from services.chassis.projector.failures import UNFIT, why_unfit
from services.chassis.projector.incarnations import Marker
from services.chassis.projector.lanes import Admitted, LaneState, Place
from services.chassis.projector.parking import Unfit, park
from services.chassis.projector.positions import count_change, newer_only, save_lanes, save_markers

Fence = Callable[[Connection], None]
"""Raises `LeaseLost` inside the transaction when another process owns the work now."""


class Switched(Exception):  # noqa: N818 - an instruction to the projector
    """Raised when readers were switched to another build; the projector goes on with that one."""


@dataclass(slots=True)
class Batch:
    """Decoded messages, each with the record it came from, in order; what could not be decoded; the lanes that moved."""

    deliveries: list[Delivery]
    records: list[Record]
    unfit: list[Unfit]
    states: list[LaneState]
    markers: list[tuple[Place, Marker]]


def read_batch(admitted: Admitted, states: list[LaneState]) -> Batch:
    """Decode what is to be applied; `states` are the lanes that moved."""
    unfit = [Unfit(record, record.number, reason) for record, reason in admitted.unreadable]
    try:
        records = admitted.records
        events = decode_all([record.value for record in records])
        deliveries = [
            Delivery(record.topic, record.partition, number, record.key, event)
            for record, number, event in zip(records, admitted.numbers, events, strict=True)
        ]
    except InvalidMessage:
        deliveries, records = _readable(admitted, unfit)
    return Batch(deliveries=deliveries, records=records, unfit=unfit, states=states, markers=admitted.markers)


def _readable(admitted: Admitted, unfit: list[Unfit]) -> tuple[list[Delivery], list[Record]]:
    deliveries, records = [], []
    for record, number in zip(admitted.records, admitted.numbers, strict=True):
        try:
            deliveries.append(_delivery(record, number))
        except InvalidMessage as error:
            unfit.append(Unfit(record, number, str(error)))
        else:
            records.append(record)
    return deliveries, records


def _delivery(record: Record, number: int) -> Delivery:
    value = record.value
    return Delivery(record.topic, record.partition, number, record.key, None if value is None else decode(value))


@dataclass(frozen=True, kw_only=True, slots=True)
class Applier:
    """Applies batches to one build."""

    projection: Projection
    build: int
    fence: Fence
    clock: Clock
    max_parked: int
    follows_pointer: bool
    """The live build of a version gives way when readers are switched; a build in the making does not look."""

    @property
    def owner(self) -> tuple[str, int]:
        """Whose positions and dead letters these are."""
        return self.projection.name, self.build

    def apply(self, connection: Connection, batch: Batch, *, singly: bool) -> None:
        """Write one batch inside the caller's transaction.

        Args:
            connection: The transaction.
            batch: What the lanes let through.
            singly: Give the messages one by one and park those that break their contract or that no column takes.

        Raises:
            InvalidMessage: A message breaks its contract, and `singly` is not set; or another of `UNFIT`.
            RetryLater: The handler wants the same batch again.
            Switched: Another build is live now.
            TooManyDeadLetters: No more may be parked.
        """
        self.fence(connection)
        view = self._view(connection)
        deliveries, unfit = self._newer(connection, batch.deliveries), batch.unfit
        if singly:
            record_of = {id(delivery): record for delivery, record in zip(batch.deliveries, batch.records, strict=True)}
            failed = self._apply_singly(view, deliveries)
            unfit = [*unfit, *(Unfit(record_of[id(one)], one.number, reason) for one, reason in failed)]
        elif deliveries:
            self.projection.apply(view, deliveries)
        now = rfc3339(self.clock.now())
        park(connection, self.owner, unfit, now=now, limit=self.max_parked)
        if batch.markers:
            save_markers(connection, batch.markers)
        save_lanes(connection, self.owner, batch.states)
        count_change(connection, self.projection.name)

    def _view(self, connection: Connection) -> View:
        pointer = pointer_of(connection, self.projection.name, lock="share" if self.follows_pointer else "")
        live = pointer is not None and pointer.build == self.build
        if self.follows_pointer and not live and pointer is not None and pointer.version == self.projection.version:
            raise Switched(self.projection.name)
        return view_of(connection, self.projection, self.build, live=live)

    def _apply_singly(self, view: View, deliveries: Sequence[Delivery]) -> list[tuple[Delivery, str]]:
        failed = []
        for delivery in deliveries:
            try:
                with view.connection.begin_nested():
                    self.projection.apply(view, [delivery])
            except UNFIT as error:
                failed.append((delivery, why_unfit(error)))
        return failed

    def _newer(self, connection: Connection, deliveries: list[Delivery]) -> list[Delivery]:
        if not any(is_compacted(topic) for topic in self.projection.topics):
            return deliveries
        return newer_only(connection, self.owner, deliveries)
