"""The survey service's worker: the read models of its lists, and in the distributed profile the relay."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from services.chassis.broker.port import Broker
from services.chassis.clock import open_clock
from services.chassis.database import open_database
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.projection import Projection
from services.chassis.projector import FOR_SCREENS, Projector
from services.survey.config import Settings
from services.survey.projections.counters import COUNTERS
from services.survey.projections.devices import DEVICES
from services.survey.projections.quarantine import QUARANTINE
from services.survey.projections.questionnaires import QUESTIONNAIRES
from services.survey.projections.surveys import SURVEYS
from services.survey.projections.units import UNITS

PROJECTIONS: tuple[Projection, ...] = (COUNTERS, DEVICES, QUARANTINE, QUESTIONNAIRES, SURVEYS, UNITS)
"""Every read model that this worker keeps."""


class Runnable(Protocol):
    """Something that runs until it is told to stop."""

    name: str

    def run(self, stop: threading.Event) -> None:
        """Run."""


def build_worker(settings: Settings, broker: Broker) -> Sequence[Runnable]:
    """Put the worker's projectors together. Call it after fork."""
    if settings.read_database.startswith("sqlite:///"):
        Path(settings.read_database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.read_database)
    leases = Leases(engine, owner=f"survey-worker-{new_id()}")
    clock = open_clock(settings.shift, settings.clock_file)
    return [
        Projector(engine, broker, projection, leases, clock=clock, limits=FOR_SCREENS) for projection in PROJECTIONS
    ]
