"""The indicators service's worker: the folder, the dated units, and what happens by itself."""

import threading
from collections.abc import Callable, Sequence

from services.chassis.broker.port import Broker
from services.chassis.clock import monotonic, open_clock
from services.chassis.database import open_database
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.logging import get_logger
from services.chassis.passing import is_passing, lacks_table
from services.chassis.projection import Projection
from services.chassis.projector import FOR_SCREENS, Projector
from services.chassis.worker import Task
from services.indicators.bootstrap import FigureFolder, build_folder
from services.indicators.config import Settings
from services.indicators.projections.announcing import announce
from services.indicators.projections.catalogue import CATALOGUE
from services.indicators.projections.entries import ENTRIES
from services.indicators.projections.measurements import MEASUREMENTS
from services.indicators.projections.moving_up import move_up
from services.indicators.projections.running_announcing import announce_running, has_moved
from services.indicators.projections.satisfaction import SATISFACTION

PROJECTIONS: tuple[Projection, ...] = (CATALOGUE, MEASUREMENTS, ENTRIES, SATISFACTION)
"""Every read model of the service's own store; the folder's are beside its queues, in its own database."""

_EVERY_SECONDS = 1.0
"""A figure is told at most so often."""

_LOOK_SECONDS = 0.2
"""A figure that moves after it stood still is told so soon."""

_MOVE_UP_SECONDS = 60.0


class Schedule:
    """Lets remainders move up each minute and tells running sums each second, on one worker at a time."""

    name = "indicators-schedule"

    def __init__(self, service: FigureFolder, leases: Leases) -> None:
        self._service = service
        self._leases = leases
        self._epoch: int | None = None
        self._moved_at = float("-inf")
        self._ran_at = float("-inf")
        self._told = 0
        self._postponed_by: type[Exception] | None = None

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        while not stop.wait(_LOOK_SECONDS):
            self._if_possible(self._look)
        self._if_possible(self._release)

    def _look(self) -> None:
        it = self._service
        if monotonic() - self._ran_at >= _EVERY_SECONDS or (
            not self._told and has_moved(it.engine, it.running, it.clock.business_now().date())
        ):
            self.run_once()

    def run_once(self) -> None:
        """Do what is due now, if this worker owns the schedule."""
        self._ran_at = monotonic()
        if not self._hold():
            return
        it = self._service
        if monotonic() - self._moved_at >= _MOVE_UP_SECONDS:
            if moved := move_up(it.engine, it.folder, it.units, self._fence):
                get_logger().info("remainders_moved_up", ballots=moved)
            self._moved_at = monotonic()
        announce(it.engine, it.store, it.folder, it.messages.state, self._fence)
        self._told = announce_running(
            it.engine, it.store, it.running, it.messages.moved, today=it.clock.business_now().date(), fence=self._fence
        )

    def _if_possible(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            # What could not be done now is still due next time: the lease is lost, the database away or its disk full,
            # or a read model is not there yet.
            if not (is_passing(error) or lacks_table(error)):
                raise
            if self._postponed_by is not type(error):
                get_logger().warning("schedule_postponed", schedule=self.name, exc_info=error)
            self._postponed_by, self._epoch = type(error), None
        else:
            self._postponed_by = None

    def _hold(self) -> bool:
        if self._epoch is None or not self._leases.renew(self.name, self._epoch):
            self._epoch = self._leases.acquire(self.name)
        return self._epoch is not None

    def _release(self) -> None:
        if self._epoch is not None:
            self._leases.release(self.name, self._epoch)

    @property
    def _fence(self) -> Callable[..., None]:
        epoch = self._epoch or 0
        return lambda connection: self._leases.fence(connection, self.name, epoch)


def build_worker(settings: Settings, broker: Broker) -> Sequence[Task]:
    """Put the worker's tasks together. Call it after fork."""
    return [*_folder_tasks(settings, broker), *_read_models(settings, broker)]


def _folder_tasks(settings: Settings, broker: Broker) -> list[Task]:
    service = build_folder(settings)
    leases = Leases(service.engine, owner=f"indicators-worker-{new_id()}")
    return [
        Projector(service.engine, broker, service.folder, leases, clock=service.clock),
        Projector(service.engine, broker, service.units, leases, clock=service.clock),
        Projector(service.engine, broker, service.running, leases, clock=service.clock),
        Schedule(service, leases),
    ]


def _read_models(settings: Settings, broker: Broker) -> list[Task]:
    engine = open_database(settings.read_database)
    leases = Leases(engine, owner=f"indicators-worker-{new_id()}")
    clock = open_clock(settings.shift, settings.clock_file)
    return [
        Projector(engine, broker, projection, leases, clock=clock, limits=FOR_SCREENS) for projection in PROJECTIONS
    ]
