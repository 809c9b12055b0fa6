"""Following the log into one build: read, sort, commit; and what to do about gaps and unknown incarnations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from services.chassis.broker.port import Broker, Reader, Record, Topic, TopicPartition, is_compacted
from services.chassis.clock import Clock, monotonic
from services.chassis.database import begin_unhurried
from services.chassis.leases import Leases
from services.chassis.projection import Projection
from services.chassis.projector.applying import Applier, Batch, read_batch
from services.chassis.projector.failures import UNFIT
from services.chassis.projector.incarnations import Diverged, Marker
from services.chassis.projector.lanes import Admitted, Lanes, LaneState, Place
from services.chassis.projector.positions import load_lanes, save_markers
from services.chassis.projector.scanning import compare_tails, look_up
from services.chassis.projector.status import Bounds

_HASTE_SECONDS = 0.01
"""How long a read may take while a transaction is open."""

_REREAD_SECONDS = (0.2, 1.0, 4.0, 10.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much a projector takes at once, and how long it waits."""

    batch: int = 2000
    rebuild_batch: int = 5000
    poll_seconds: float = 0.25
    max_parked: int = 100
    tails_seconds: float = 5.0
    """How often a projector that is behind looks at the ends of its lanes."""
    bounds: Bounds = Bounds()  # noqa: RUF009 - frozen
    rest_seconds: float = 0.0
    """How long a projector that has caught up leaves the log alone: what comes meanwhile is one batch."""


FOR_SCREENS = Limits(rest_seconds=0.1)
"""For read models of pages. Nobody sees a tenth of a second, and a commit for each message takes from who is waited for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What a projector works with."""

    engine: Engine
    broker: Broker
    projection: Projection
    leases: Leases
    clock: Clock
    limits: Limits


class Follower:
    """Keeps one build in step with the log. One thread uses it; after an exception it is closed and another opened."""

    def __init__(self, setup: Setup, applier: Applier) -> None:
        """Load where the build stands and open a reader there.

        Raises:
            Diverged: A restore took back what was applied.
        """
        self._setup, self._applier = setup, applier
        topics = setup.projection.topics
        setup.broker.ensure_topics(Topic(name=name, compacted=is_compacted(name)) for name in topics)
        with setup.engine.connect() as connection:
            self.lanes = Lanes(load_lanes(connection, applier.owner, topics))
        self.tails: Mapping[Place, int] = {}
        self.look_at_tails()
        self._reader: Reader = setup.broker.reader({s.lane: s.resume for s in self.lanes.states.values()})
        self._pending: Batch | None = None
        self._rereads: dict[TopicPartition, tuple[int, float]] = {}
        self._lookup_at = 0.0

    def look_at_tails(self) -> None:
        """Look at the ends of the lanes: for incarnations not met yet, and for how much there is to apply."""
        self.tails = compare_tails(self._setup.broker, self.lanes.states)

    def lag(self) -> int:
        """Count the messages that were at the ends when they were last looked at and are not applied yet."""
        return sum(max(0, number - self.lanes.states[place].sequence.last) for place, number in self.tails.items())

    def step(self, within: Connection | None = None) -> int:
        """Read one batch and commit it; give the number of records read, 0 when the log had no more.

        Args:
            within: A transaction to write in, in place of one of its own.

        Raises:
            RetryLater: The next step tries the same batch again.
            Diverged: A restore took back what was applied.
        """
        read = 1
        if self._pending is None:
            if within is None:
                self._look_up_unknown()
            read = self._read(self._setup.limits.poll_seconds if within is None else _HASTE_SECONDS)
        if self._pending is not None:
            self._commit(self._pending, within)
            self._pending = None
        return read

    def stop_after(self, places: Mapping[Place, float]) -> None:
        """Read no further than this, until told to."""
        self._seek(self.lanes.stop_after(places))

    def ends(self) -> Mapping[TopicPartition, int | None]:
        """Give the newest place of each lane."""
        return self._reader.end()

    def close(self) -> None:
        """Give connections back."""
        self._reader.close()

    def _read(self, timeout_seconds: float) -> int:
        limits = self._setup.limits
        size = limits.batch if self._applier.follows_pointer else limits.rebuild_batch
        records = self._reader.poll(size, timeout_seconds)
        self._reread_gaps()
        if records:
            admitted = self._admit(records)
            if admitted.touched:
                self._pending = read_batch(admitted, [self.lanes.states[place] for place in admitted.touched])
        return len(records)

    def _admit(self, records: Sequence[Record]) -> Admitted:
        try:
            return self.lanes.admit(records, monotonic())
        except Diverged:
            # The next build has to know the markers before it meets them.
            for place, state in self.lanes.states.items():
                self._keep_markers(place, state.lineage.markers)
            raise

    def _commit(self, batch: Batch, within: Connection | None) -> None:
        try:
            self._transact(batch, within, singly=False)
        except UNFIT:
            self._transact(batch, within, singly=True)

    def _transact(self, batch: Batch, within: Connection | None, *, singly: bool) -> None:
        if within is None:
            begin = Engine.begin if self._applier.follows_pointer else begin_unhurried
            with begin(self._setup.engine) as connection:
                self._applier.apply(connection, batch, singly=singly)
        else:
            with within.begin_nested():
                self._applier.apply(within, batch, singly=singly)

    def _look_up_unknown(self) -> None:
        unknown = [state for state in self.lanes.states.values() if state.unknown is not None]
        if not unknown or monotonic() < self._lookup_at:
            return
        for state in unknown:
            markers = look_up(self._setup.broker, state)
            self._keep_markers(state.place, markers)
            for marker in markers:
                self.lanes.learn(state.place, marker)
            if state.unknown is not None and state.lineage.knows(state.unknown):
                state.unknown = state.gap_since = None
                state.settle()
                self._seek({state.lane: state.resume})
        self._lookup_at = monotonic() + _REREAD_SECONDS[-1]

    def _keep_markers(self, place: Place, markers: Iterable[Marker]) -> None:
        with self._setup.engine.begin() as connection:
            self._applier.fence(connection)
            save_markers(connection, [(place, marker) for marker in markers])

    def _reread_gaps(self) -> None:
        """Read a lane again from its last sound place, ever less often; each second time from its beginning.

        Places can shift: a log that lost records and got them again has them elsewhere.
        """
        gaps = self.lanes.gaps()
        ends = self._reader.end() if gaps else {}
        for state in gaps:
            times, since = self._rereads.get(state.lane, (0, state.gap_since or monotonic()))
            wait = _REREAD_SECONDS[min(times, len(_REREAD_SECONDS) - 1)]
            if monotonic() - since >= wait and _read_through(state, ends.get(state.lane)):
                self._seek({state.lane: state.resume if times % 2 == 0 else None})
                self._rereads[state.lane] = (times + 1, monotonic())
        self._forget_rereads(state.lane for state in gaps)

    def _forget_rereads(self, gaps: Iterable[TopicPartition]) -> None:
        if self._rereads:
            still = set(gaps)
            self._rereads = {lane: again for lane, again in self._rereads.items() if lane in still}

    def _seek(self, places: Mapping[TopicPartition, int | None]) -> None:
        for lane, after in places.items():
            self._reader.seek(lane, after)


def _read_through(state: LaneState, end: int | None) -> bool:
    return end is None or state.seen is None or state.seen >= end
