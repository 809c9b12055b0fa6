"""The projector: owns a projection by lease, keeps its live build in step with the log, and says how it stands."""

import threading
from dataclasses import replace

from sqlalchemy import Engine

from services.chassis.broker.port import Broker
from services.chassis.clock import Clock, SystemClock, monotonic, rfc3339
from services.chassis.domain import RetryLater
from services.chassis.leases import Leases, create_leases
from services.chassis.logging import get_logger
from services.chassis.passing import is_passing, suppress_passing
from services.chassis.projection import Projection
from services.chassis.projector import builds, status
from services.chassis.projector.applying import Applier, Switched
from services.chassis.projector.following import Follower, Limits, Setup
from services.chassis.projector.incarnations import Diverged
from services.chassis.projector.owning import Ownership
from services.chassis.projector.rebuilding import Progress, Rebuild, RebuildRunning
from services.chassis.projector.status import Condition, ProjectionStatus
from services.chassis.projector.tables import create_projection_tables

_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 5.0
_LOOKING_SPARED = 20
"""Looking at the ends of lanes is spared so many times as long as it took, however slow the log is about it."""


class Projector:
    """Keeps one read model in step with the log. `run` belongs to one thread; `rebuild` may run in another."""

    def __init__(
        self,
        engine: Engine,
        broker: Broker,
        projection: Projection,
        leases: Leases,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Keep what it works with; nothing is opened before `run`, `run_once` or `rebuild`."""
        self._setup = Setup(
            engine=engine,
            broker=broker,
            projection=projection,
            leases=leases,
            clock=clock or SystemClock(),
            limits=limits or Limits(),
        )
        self.name = projection.name
        self._ownership = Ownership(leases, f"projection-{projection.name}-v{projection.version}")
        self._follower: Follower | None = None
        self._build: int | None = None
        self._condition = Condition()
        self._rebuilding = threading.Lock()
        self._stop = threading.Event()
        self._prepared = False
        self._tails_at = 0.0
        self._read = 0

    @property
    def read(self) -> int:
        """How many records this object has read and dealt with."""
        return self._read

    @property
    def engine(self) -> Engine:
        """The database of the read model."""
        return self._setup.engine

    @property
    def leases(self) -> Leases:
        """The leases among which is the one on the read model."""
        return self._setup.leases

    @property
    def projection(self) -> Projection:
        """The read model itself."""
        return self._setup.projection

    def run(self, stop: threading.Event) -> None:
        """Follow the log until told to stop. After a failure, wait until a rebuild has put another build in place."""
        self._stop = stop
        failures = 0
        while not stop.is_set():
            try:
                read = self.run_once()
                failures = 0
                if self._condition.state == status.WAITING:
                    stop.wait(_WAIT_SECONDS)
                elif 0 < read < self._setup.limits.batch and not self._condition.lag_messages:
                    stop.wait(self._setup.limits.rest_seconds)
            except Exception as error:  # noqa: BLE001 - judged below; nothing is swallowed
                failures = self._take_failure(error, failures)
        self.close()

    def run_once(self) -> int:
        """Read and commit one batch; give the number of records read, 0 for none or while another process owns this.

        Raises:
            RetryLater: The handler wants the same batch again; call again after a while.
            Diverged: The read model holds what a restore took back.
            TooManyDeadLetters: The limit of parked messages is reached.
        """
        self._prepare()
        if not self._ownership.hold():
            self._drop_follower()
            self._tell(Condition(state=status.WAITING))
            return 0
        if self._follower is None:
            self._open()
        if self._follower is None:
            return 0
        follower = self._follower
        try:
            read = follower.step()
        except RetryLater:
            raise
        except (Switched, Diverged):
            # Only what is committed counts: reading begins anew there, and finds out whether that has diverged too.
            self._drop_follower()
            self._open()
            return 1
        except BaseException:
            self._drop_follower()
            raise
        self._read += read
        self._observe(follower, read)
        return read

    def rebuild(self, progress: Progress | None = None, stop: threading.Event | None = None) -> int | None:
        """Build the read model anew beside the live one and switch readers to it; take up an interrupted rebuild.

        Args:
            progress: Told (messages read, messages there are).
            stop: Interrupts it between two batches.

        Returns:
            The number of the build that is live now, or `None` when it was interrupted.

        Raises:
            RebuildRunning: It is being rebuilt already.
        """
        self._prepare()
        if not self._rebuilding.acquire(blocking=False):
            raise RebuildRunning(f"{self.name} is being rebuilt already")
        try:
            build = Rebuild(self._setup, stop or threading.Event(), progress).run()
        finally:
            self._rebuilding.release()
        get_logger().info("projection_rebuilt", projection=self.name, build=build)
        return build

    def status(self) -> ProjectionStatus:
        """Say how the projection stands now; any thread may ask."""
        parked = 0
        if self._build is not None:
            with self._setup.engine.connect() as connection:
                parked = status.parked_of(connection, self.name, self._build)
        return status.describe(
            (self.name, self._setup.projection.version),
            self._condition,
            now=self._setup.clock.now(),
            build=self._build,
            parked=parked,
            bounds=self._setup.limits.bounds,
        )

    def close(self) -> None:
        """Give the lease and connections back."""
        self._drop_follower()
        # With the database away the lease runs out by itself.
        with suppress_passing():
            self._ownership.release()

    def _prepare(self) -> None:
        if not self._prepared:
            with self._setup.engine.begin() as connection:
                create_projection_tables(connection)
                create_leases(connection)
            self._prepared = True

    def _open(self) -> None:
        """Go on with this version's build; a newer version is built before readers are switched to it."""
        projection = self._setup.projection
        with self._setup.engine.begin() as connection:
            self._ownership.fence(connection)
            builds.lock_builds(connection, self.name)
            pointer = builds.pointer_of(connection, self.name)
            if pointer is None:
                build = builds.begin_build(connection, projection, rfc3339(self._setup.clock.now()))
                builds.point_to(connection, projection, build, rfc3339(self._setup.clock.now()))
            elif pointer.version == projection.version:
                build = pointer.build
            else:
                # Readers are on another version; an older release keeps its own build going until it is dropped.
                build = builds.newest_build(connection, projection, builds.READY) or 0
        if not build:
            self._tell(Condition(state=status.BUILDING))
            self.rebuild(stop=self._stop)
            return
        self._build = build
        self._follower = Follower(self._setup, self._applier(build))
        self._tell(Condition(state=status.RUNNING, lag_messages=self._follower.lag()))

    def _applier(self, build: int) -> Applier:
        return Applier(
            projection=self._setup.projection,
            build=build,
            fence=self._ownership.fence,
            clock=self._setup.clock,
            max_parked=self._setup.limits.max_parked,
            follows_pointer=True,
        )

    def _observe(self, follower: Follower, read: int) -> None:
        now, at = self._setup.clock.now(), monotonic()
        looked = bool(read) and at >= self._tails_at
        if looked:
            follower.look_at_tails()
            took = monotonic() - at
            self._tails_at = at + took + max(self._setup.limits.tails_seconds, took * _LOOKING_SPARED)
        since = follower.lanes.waiting_since()
        condition = replace(self._condition, state=status.RUNNING, error=None, retrying_since=None)
        condition = replace(condition, lag_messages=follower.lag() if read or since else 0)
        if not condition.lag_messages:
            condition = replace(condition, caught_up_at=now)
        gap_since = None if since is None else condition.gap_since or now
        gaps = len(follower.lanes.gaps()) if since else 0
        self._tell(replace(condition, gap_since=gap_since, gaps=gaps), again=looked)

    def _take_failure(self, error: Exception, failures: int) -> int:
        passing = isinstance(error, RetryLater | RebuildRunning) or is_passing(error)
        if not isinstance(error, RetryLater):
            self._drop_follower()
            self._ownership.forget()
        state = status.RETRYING if passing else status.DIVERGED if isinstance(error, Diverged) else status.FAILED
        since = self._condition.retrying_since or self._setup.clock.now()
        said = f"{type(error).__name__}: {error}"
        self._tell(replace(self._condition, state=state, error=said, retrying_since=since if passing else None))
        if passing:
            self._stop.wait(min(_LONGEST_WAIT_SECONDS, 0.05 * 2**failures))
            return min(failures + 1, 10)
        get_logger().error("projection_stopped", projection=self.name, state=state, exc_info=error)
        self._await_another_build()
        return 0

    def _await_another_build(self) -> None:
        while not self._stop.wait(_WAIT_SECONDS):
            try:
                with self._setup.engine.connect() as connection:
                    pointer = builds.pointer_of(connection, self.name)
            except Exception as error:
                if not is_passing(error):
                    raise
                continue
            if pointer is None:
                # Nothing was ever built here: nobody but this projector begins.
                self._stop.wait(_LONGEST_WAIT_SECONDS)
                return
            if pointer.build != self._build:
                return

    def _drop_follower(self) -> None:
        if self._follower is not None:
            self._follower.close()
            self._follower = None

    def _tell(self, condition: Condition, *, again: bool = False) -> None:
        """Keep the condition, and write it where others read it when it says something new."""
        previous, self._condition = self._condition, condition
        # Who waits says nothing in public: the row is the owner's.
        if condition.state == status.WAITING or (condition.gist == previous.gist and not again):
            return
        with suppress_passing(), self._setup.engine.begin() as connection:
            key = (self.name, self._setup.projection.version)
            status.write_condition(connection, key, condition, self._setup.clock.now())
