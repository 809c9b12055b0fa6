"""Building a read model anew beside the one in use, and switching readers to it by one row.

The new build never reads further than the live one has come, and is switched to when it stands at exactly the same
places: so a handler that records facts of its own, which only the live build may do, neither misses one nor repeats it.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from services.chassis.broker.port import TopicPartition
from services.chassis.clock import monotonic, rfc3339
from services.chassis.domain import RetryLater, StateConflict, Unavailable
from services.chassis.leases import LeaseLost
from services.chassis.projector.applying import Applier
from services.chassis.projector.builds import (
    BUILDING,
    begin_build,
    drop_build,
    drop_unfinished,
    lock_builds,
    newest_build,
    point_to,
    pointer_of,
)
from services.chassis.projector.following import Follower, Setup
from services.chassis.projector.incarnations import Diverged
from services.chassis.projector.lanes import LaneState, Place
from services.chassis.projector.owning import Ownership
from services.chassis.projector.positions import count_change, load_lanes

Progress = Callable[[int, int], None]
"""Told how many messages were read and how many there are; both only grow."""

_SWITCH_SECONDS = 2.0
_LOOK_SECONDS = 1.0
_RETRY_SECONDS = 0.5


class RebuildRunning(StateConflict):
    """Raised when the projection is being rebuilt already."""

    code = "rebuild_running"
    title = "Bảng đọc này đang được dựng lại"


@dataclass(frozen=True, slots=True)
class Goal:
    """How far the new build has to read: a number per lane, a place on compacted topics; and how many messages."""

    places: dict[Place, float]
    messages: int


class Rebuild:
    """One rebuild of one projection; an interrupted one is taken up where it was."""

    def __init__(self, setup: Setup, stop: threading.Event, progress: Progress | None = None) -> None:
        """Prepare; `run` does it. `stop` interrupts it between two batches."""
        self._setup, self._stop = setup, stop
        self._progress = progress or (lambda _done, _total: None)
        self._ownership = Ownership(setup.leases, f"rebuild-{setup.projection.name}")

    def run(self) -> int | None:
        """Build and switch; give the number of the new build, `None` when it was interrupted.

        Raises:
            RebuildRunning: Another process is at it.
        """
        try:
            while not self._stop.is_set():
                # Waiting may take longer than the lease lasts.
                if not self._ownership.hold():
                    raise RebuildRunning(f"{self._setup.projection.name} is being rebuilt already")
                try:
                    return self._attempt()
                except Unavailable:
                    self._stop.wait(_RETRY_SECONDS)
            return None
        finally:
            self._ownership.release()

    def _attempt(self) -> int | None:
        build = self._begin()
        try:
            follower = Follower(self._setup, self._applier(build))
            try:
                return self._follow(follower, build)
            finally:
                follower.close()
        except Diverged:
            # It read what a restore took back before it met the marker, which is known from here on.
            self._drop(build)
            return self._attempt()

    def _begin(self) -> int:
        projection = self._setup.projection
        with self._setup.engine.begin() as connection:
            self._ownership.fence(connection)
            lock_builds(connection, projection.name)
            if pointer_of(connection, projection.name) is None:
                raise Unavailable(f"{projection.name} was never begun: its projector builds it for the first time")
            unfinished = newest_build(connection, projection, BUILDING)
            drop_unfinished(connection, projection.name, but=unfinished)
            return unfinished or begin_build(connection, projection, rfc3339(self._setup.clock.now()))

    def _drop(self, build: int) -> None:
        with self._setup.engine.begin() as connection:
            self._ownership.fence(connection)
            drop_build(connection, self._setup.projection.name, build)

    def _applier(self, build: int) -> Applier:
        return Applier(
            projection=self._setup.projection,
            build=build,
            fence=self._ownership.fence,
            clock=self._setup.clock,
            max_parked=self._setup.limits.max_parked,
            follows_pointer=False,
        )

    def _follow(self, follower: Follower, build: int) -> int | None:
        ends, look_at = follower.ends(), 0.0
        goal = Goal({}, 0)
        while not self._stop.is_set():
            if not self._ownership.hold():
                raise LeaseLost(f"{self._setup.projection.name} was taken over by another process")
            if monotonic() >= look_at or _reached(follower, goal):
                with self._setup.engine.connect() as connection:
                    goal, look_at = self._goal(connection, follower, ends), monotonic() + _LOOK_SECONDS
                self._progress(_done(follower, goal), goal.messages)
                if _reached(follower, goal):
                    return self._switch(follower, build, ends)
            self._step(follower)
        return None

    def _step(self, follower: Follower) -> None:
        try:
            follower.step()
        except RetryLater:
            self._stop.wait(_RETRY_SECONDS)

    def _goal(self, connection: Connection, follower: Follower, ends: Mapping[TopicPartition, int | None]) -> Goal:
        """Read where the live build stands, and let the new one read up to there.

        Topics that the live build does not read are read through to the ends they had at the beginning.
        """
        projection = self._setup.projection
        pointer = pointer_of(connection, projection.name)
        assert pointer is not None  # noqa: S101 - no build is begun anew before there is a first one
        live = load_lanes(connection, (projection.name, pointer.build), projection.topics)
        same = pointer.version == projection.version
        known = {state.lane.topic for state in live if same or state.incarnation is not None}
        places: dict[Place, float] = {}
        for state in live:
            if state.lane.topic in known:
                places[state.place] = _standing(state, follower.lanes.states[state.place])
        follower.stop_after(places)
        for lane, end in ends.items():
            if lane.topic not in known and end is not None:
                compacted = follower.lanes.states[(*lane,)].compacted
                places[(*lane,)] = end if compacted else follower.tails.get((*lane,), 0)
        return Goal(places, sum(follower.tails.values()))

    def _switch(self, follower: Follower, build: int, ends: Mapping[TopicPartition, int | None]) -> int:
        """Hold the live build for a moment, read what is missing, and point readers to the new one."""
        deadline = monotonic() + _SWITCH_SECONDS
        projection = self._setup.projection
        with self._setup.engine.begin() as connection:
            self._ownership.fence(connection)
            pointer_of(connection, projection.name, lock="update")
            goal = self._goal(connection, follower, ends)
            while not _reached(follower, goal):
                if monotonic() > deadline:
                    raise Unavailable("the log did not give the last messages in time")
                follower.step(within=connection)
            point_to(connection, projection, build, rfc3339(self._setup.clock.now()))
            count_change(connection, projection.name)
        self._progress(goal.messages, goal.messages)
        return build


def _standing(live: LaneState, new: LaneState) -> float:
    """Say how much of what the live build has read still counts."""
    if live.compacted:
        return -1 if live.resume is None else live.resume
    if live.incarnation is None or new.lineage.current is None:
        return live.sequence.last
    return new.lineage.kept(live.incarnation, live.sequence.last)


def _reached(follower: Follower, goal: Goal) -> bool:
    states = follower.lanes.states
    return all(_stands_at(states[place], place_wanted) for place, place_wanted in goal.places.items())


def _stands_at(state: LaneState, wanted: float) -> bool:
    if not state.compacted:
        return state.sequence.last >= wanted
    # A compacted log may have removed the very record at which the live build stands; the next one overruns it.
    return wanted < 0 or state.overrun or (state.resume is not None and state.resume >= wanted)


def _done(follower: Follower, goal: Goal) -> int:
    return min(goal.messages, sum(state.sequence.last for state in follower.lanes.states.values()))
