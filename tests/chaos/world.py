"""What a run needs of a profile: to be started, hurt, restored, and looked into afterwards."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Protocol

from sqlalchemy import Engine

from services.chassis.clock import Clock
from services.chassis.envelope import CloudEvent
from services.chassis.event_store.port import EventStore

Hurt = Callable[[Random], None]


class Evidence(Protocol):
    """What the judge looks into: stores and read models, for reading."""

    def folder_engine(self) -> Engine:
        """Open the folder's database."""

    def gateway_engine(self) -> Engine:
        """Open the database of the portal's read models."""

    def stores(self) -> dict[str, EventStore]:
        """Open every event store: `survey`, `gateway` and `folder`."""

    def clock(self) -> Clock:
        """Give the clock by which business days are told."""

    def verify(self) -> list[str]:
        """Say what the system itself finds wrong with its rows."""


class World(Evidence, Protocol):
    """The system under test. Paths and ports are its own."""

    base_url: str
    portal_url: str
    """Where figures are read; the same door in the embedded profile."""
    streams_url: str
    folder: Path
    lost_lanes: list[list[CloudEvent]]
    """The figure messages of lives of the folder that a restore ended: what pages told before it was true then."""

    def start(self) -> None:
        """Bring everything up and wait until it is ready."""

    def stop(self) -> None:
        """Bring everything down in good order."""

    def close(self) -> None:
        """Give servers back."""

    def pairing_code(self, counter_id: str) -> str:
        """Make a code."""

    def hurts(self) -> Sequence[tuple[str, Hurt]]:
        """What can be done to it, by name."""

    def wait_until_caught_up(self) -> None:
        """Wait until every reader has read everything."""
