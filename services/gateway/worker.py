"""The gateway's worker: one projector per read model."""

from services.chassis.broker.port import Broker
from services.chassis.clock import Clock, open_clock
from services.chassis.database import open_database
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.projection import Projection
from services.chassis.projector import FOR_SCREENS, Projector
from services.gateway.config import Settings
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS
from services.gateway.reporting.projections.fleet import FLEET
from services.gateway.reporting.projections.page_changes import TARGET_CHANGES, TASK_CHANGES
from services.gateway.reporting.projections.questionnaires import QUESTIONNAIRES
from services.gateway.reporting.projections.units import UNITS
from services.gateway.streams.log import STREAM_LOG

PROJECTIONS: tuple[Projection, ...] = (
    COUNTER_RESULTS,
    FLEET,
    UNITS,
    QUESTIONNAIRES,
    TARGET_CHANGES,
    TASK_CHANGES,
)
"""Every read model of the gateway."""


def build_worker(settings: Settings, broker: Broker) -> list[Projector]:
    """Make what the worker runs; each has `name` and `run(stop)`."""
    engine = open_database(settings.read_database)
    leases = Leases(engine, owner=f"gateway-worker-{new_id()}")
    clock = open_clock(settings.shift, settings.clock_file)
    projectors = [
        Projector(engine, broker, projection, leases, clock=clock, limits=FOR_SCREENS) for projection in PROJECTIONS
    ]
    return [*projectors, _stream_log(settings, broker, clock)]


def _stream_log(settings: Settings, broker: Broker, clock: Clock) -> Projector:
    engine = open_database(settings.streams_database)
    return Projector(engine, broker, STREAM_LOG, Leases(engine, owner=f"stream-log-{new_id()}"), clock=clock)
