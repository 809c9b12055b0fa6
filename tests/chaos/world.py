"""What a run needs of a profile: to be started, hurt, restored, and looked into afterwards."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Protocol

from sqlalchemy import Engine

from services.chassis.event_store.port import EventStore

Hurt = Callable[[Random], None]


class World(Protocol):
    """The system under test. Paths and ports are its own."""

    base_url: str
    folder: Path

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

    def survey_store(self) -> EventStore:
        """Open the survey store for reading."""

    def folder_engine(self) -> Engine:
        """Open the folder's database for reading."""

    def stores(self) -> dict[str, EventStore]:
        """Open every event store for reading."""

    def verify(self) -> list[str]:
        """Say what the system itself finds wrong with its rows."""
