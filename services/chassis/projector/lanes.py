"""What is done with each record read: applied, dropped, held or parked. Pure; the heart of reading exactly once.

A lane goes on at exactly `last + 1`. A record beyond that opens a gap: it is let go, and the lane waits for the missing
one. What was let go has to come a second time, so the lane's `resume` stays before it until then.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis.broker.port import Record, TopicPartition
from services.chassis.domain import InvalidMessage
from services.chassis.envelope import INCARNATION_AT, NUMBER_AT, incarnation_of, number_of
from services.chassis.projector.incarnations import Diverged, Lineage, Marker, marker_of
from services.chassis.sequence import Lane, Offer

Place = tuple[str, int]

STAMP_AT = slice(NUMBER_AT.stop, INCARNATION_AT.stop)
"""Where a body carries its incarnation, with what stands before it."""


@dataclass(slots=True)
class LaneState:
    """One lane as one build sees it. `resume` is the newest place behind which nothing is missing."""

    lane: TopicPartition
    sequence: Lane = field(default_factory=Lane)
    incarnation: str | None = None
    resume: int | None = None
    lineage: Lineage = field(default_factory=Lineage)
    compacted: bool = False
    limit: float = -1
    """The greatest number of the present incarnation that may be applied now."""
    stamp: bytes = b""
    """How the present incarnation is written in a body; empty while each record has to be looked at with care."""
    stop_after: float = math.inf
    """The place where a rebuild waits for the live build: a number, or a `resume` on a compacted topic."""
    ahead: int = 0
    """The greatest number let go beyond a gap, 0 for no gap."""
    gap_since: float | None = None
    seen: int | None = None
    """While a gap is open: the newest place read."""
    unknown: str | None = None
    """An incarnation that nobody introduced; the lane waits until it was looked up."""
    expected: str | None = None
    """The incarnation at the lane's end when reading began, on a lane of which nothing was read before."""
    overrun: bool = False
    """Records beyond `stop_after` were let go."""

    @property
    def place(self) -> Place:
        """Topic and partition."""
        return self.lane

    def settle(self) -> None:
        """Work out limit and stamp anew after the lineage, the incarnation or `stop_after` changed."""
        bound = math.inf if self.compacted else self.stop_after
        standing = -1.0 if self.incarnation is None else self.lineage.limit(self.incarnation)
        self.limit = min(standing, bound)
        plain = not (self.compacted or self.unknown or self.overrun or self.incarnation is None)
        self.stamp = f'","incarnation":"{self.incarnation}'.encode() if plain else b""

    def check(self) -> None:
        """See that nothing was applied which a restore took back.

        Raises:
            Diverged: Something was.
        """
        if self.incarnation is None or self.sequence.last <= (kept := self.lineage.limit(self.incarnation)):
            return
        raise Diverged(
            f"{self.lane.topic}/{self.lane.partition} was read through {self.sequence.last} of incarnation "
            f"{self.incarnation}, of which only {max(0, int(kept))} was kept; run `cchc reconcile`"
        )


@dataclass(slots=True)
class Admitted:
    """What a batch of records comes to: those to apply, in order, and those to park with the reason."""

    records: list[Record] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """The number of each record."""
    unreadable: list[tuple[Record, str]] = field(default_factory=list)
    touched: set[Place] = field(default_factory=set)
    markers: list[tuple[Place, Marker]] = field(default_factory=list)


class Lanes:
    """All lanes of one build. One thread uses them."""

    def __init__(self, states: Iterable[LaneState]) -> None:
        """Go on from where each lane stands.

        Raises:
            Diverged: One stands beyond what a restore kept.
        """
        self.states: dict[Place, LaneState] = {state.place: state for state in states}
        for state in self.states.values():
            state.settle()
            state.check()

    def admit(self, batch: Sequence[Record], now: float) -> Admitted:
        """Sort a batch; `now` is monotonic seconds. The lanes move on as if all of it were committed.

        Raises:
            Diverged: A marker says that something applied before was taken back by a restore.
        """
        admitted = Admitted()
        states, touched = self.states, admitted.touched
        take, number_too = admitted.records.append, admitted.numbers.append
        apply, gap = Offer.APPLY, Offer.GAP
        for record in batch:
            place = (record.topic, record.partition)
            state, value = states[place], record.value
            if value is None or value[STAMP_AT] != state.stamp:
                self._examine(state, record, admitted)
                continue
            # The plain case: the present incarnation, and nothing out of the ordinary about the lane.
            try:
                number = int(value[NUMBER_AT])
            except ValueError:
                number = -1
            if not 0 < number <= state.limit:
                self._examine(state, record, admitted)
                continue
            offer = state.sequence.offer(number)
            if offer is apply:
                take(record)
                number_too(number)
                touched.add(place)
            if offer is gap or state.ahead:
                _move(state, record.resume, number, offer)
            else:
                state.resume = record.resume
        self._time_gaps(batch, admitted, now)
        return admitted

    def gaps(self) -> list[LaneState]:
        """Give the lanes that wait for a missing record."""
        return [state for state in self.states.values() if state.ahead]

    def waiting_since(self) -> float | None:
        """Give the time since when the longest waiting lane has waited, for a record or for an introduction."""
        return min((state.gap_since for state in self.states.values() if state.gap_since is not None), default=None)

    def stop_after(self, places: Mapping[Place, float]) -> Mapping[TopicPartition, int | None]:
        """Move the places where to wait, and say from where lanes that overran theirs are to be read again."""
        again: dict[TopicPartition, int | None] = {}
        for place, state in self.states.items():
            bound = places.get(place, math.inf)
            if state.overrun and bound > state.stop_after:
                again[state.lane] = state.resume
                state.overrun = False
            state.stop_after = bound
            state.settle()
        return again

    def learn(self, place: Place, marker: Marker) -> bool:
        """Take up a marker that was met somewhere in the lane.

        Raises:
            Diverged: It says that something applied before was taken back.
        """
        state = self.states[place]
        if not state.lineage.add(marker):
            return False
        state.settle()
        state.check()
        return True

    def _examine(self, state: LaneState, record: Record, admitted: Admitted) -> None:
        """Read a record with care and judge it, or put it aside for parking."""
        try:
            number = number_of(record.value or b"") if record.number is None else record.number
            incarnation = record.incarnation or incarnation_of(record.value or b"")
            self._judge(state, record, (incarnation, number), admitted)
        except InvalidMessage as error:
            _reject(state, record, str(error), admitted)
        admitted.touched.add(state.place)
        state.settle()

    def _judge(self, state: LaneState, record: Record, stamp: tuple[str, int], admitted: Admitted) -> None:
        """Deal with whatever is not simply the next message of the present incarnation."""
        incarnation, number = stamp
        if state.unknown or state.overrun:
            return
        if (marker := marker_of(record.value)) is not None and not self._met(state, marker, admitted):
            return
        if state.lineage.current is None and state.expected in {None, incarnation}:
            state.lineage.adopt(incarnation)
        elif not state.lineage.knows(incarnation):
            state.unknown = incarnation if state.lineage.current else state.expected
            return
        if number > state.lineage.limit(incarnation):
            _advance(state, record.resume)
        elif (record.resume if state.compacted else number) > state.stop_after:
            state.overrun = True
        elif state.compacted:
            _take_compacted(state, record, stamp, None if marker else admitted)
        else:
            _take(state, record, stamp, None if marker else admitted)

    def _met(self, state: LaneState, marker: Marker, admitted: Admitted) -> bool:
        if not state.lineage.connects(marker):
            state.unknown = marker.incarnation
            return False
        if self.learn(state.place, marker):
            admitted.markers.append((state.place, marker))
        return True

    def _time_gaps(self, batch: Sequence[Record], admitted: Admitted, now: float) -> None:
        waiting = {place for place, state in self.states.items() if state.ahead or state.unknown}
        for record in batch if waiting else ():
            if (place := (record.topic, record.partition)) in waiting:
                self.states[place].seen = record.resume
        for place in waiting:
            self.states[place].gap_since = self.states[place].gap_since or now
        for place in admitted.touched - waiting:
            self.states[place].gap_since = None


def _take(state: LaneState, record: Record, stamp: tuple[str, int], admitted: Admitted | None) -> None:
    incarnation, number = stamp
    offer = state.sequence.offer(number)
    if offer is Offer.APPLY:
        state.incarnation = incarnation
        if admitted is not None:
            admitted.records.append(record)
            admitted.numbers.append(number)
    _move(state, record.resume, number, offer)


def _take_compacted(state: LaneState, record: Record, stamp: tuple[str, int], admitted: Admitted | None) -> None:
    incarnation, number = stamp
    if number >= state.sequence.last:
        state.incarnation, state.sequence.last = incarnation, number
    _advance(state, record.resume)
    if admitted is not None:
        admitted.records.append(record)
        admitted.numbers.append(number)


def _move(state: LaneState, resume: int, number: int, offer: Offer) -> None:
    if offer is Offer.GAP:
        state.ahead = max(state.ahead, number)
    elif state.ahead <= state.sequence.last:
        state.ahead = 0
        _advance(state, resume)


def _advance(state: LaneState, resume: int) -> None:
    # What was let go has to be met again, so the place stays before it.
    if not (state.ahead or state.unknown or state.overrun) and (state.resume is None or resume > state.resume):
        state.resume = resume


def _reject(state: LaneState, record: Record, reason: str, admitted: Admitted) -> None:
    admitted.unreadable.append((record, reason))
    _advance(state, record.resume)
