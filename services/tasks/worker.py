"""The tasks service's worker: the read models of its lists, and the schedule."""

from collections.abc import Sequence
from pathlib import Path

from services.chassis.broker.port import Broker
from services.chassis.clock import open_clock
from services.chassis.database import open_database
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.projection import Projection
from services.chassis.projector import Projector
from services.chassis.worker import Task
from services.tasks.adapters.schedule import Schedule
from services.tasks.config import Settings
from services.tasks.projections.board import BOARD
from services.tasks.projections.plans import PLANS
from services.tasks.projections.units import UNITS

PROJECTIONS: tuple[Projection, ...] = (BOARD, PLANS, UNITS)
"""Every read model that this worker keeps."""


def build_worker(settings: Settings, broker: Broker) -> Sequence[Task]:
    """Put the worker's tasks together. Call it after fork."""
    if settings.read_database.startswith("sqlite:///"):
        Path(settings.read_database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.read_database)
    leases = Leases(engine, owner=f"tasks-worker-{new_id()}")
    clock = open_clock(settings.shift, settings.clock_file)
    projectors = [Projector(engine, broker, projection, leases, clock=clock) for projection in PROJECTIONS]
    schedule = Schedule(
        settings.door_url,
        settings.gateway_url,
        settings.keys / "cchc-internal.jwk",
        clock=clock,
    )
    return [*projectors, schedule] if settings.door_url else projectors
