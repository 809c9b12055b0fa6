"""A service's own database, opened once for everything that writes and reads it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.event_store.group_commit import GroupCommit
from services.chassis.event_store.metering import StoreMetrics
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.metrics import Metrics
from services.chassis.migrations import upgrade


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceStore:
    """The event store of a service, the group commit before it, and the engines of its own tables beside it."""

    engine: Engine
    reader: Engine
    """Never waits for who writes: on SQLite every transaction of the writing engine takes the write lock."""
    events: EventStore
    commits: GroupCommit

    def close(self) -> None:
        """Finish what is being committed and give connections back."""
        self.commits.close()
        self.events.close()
        self.reader.dispose()
        self.engine.dispose()


def open_service_store(url: str, service: str, metrics: Metrics | None = None) -> ServiceStore:
    """Open a service's database, measured under the service's name. Call it after fork; it must be migrated."""
    engine = open_database(url)
    reader = open_database(url, read_only=True) if engine.dialect.name == "sqlite" else engine
    events = open_event_store(engine)
    commits = GroupCommit(events)
    if metrics is not None:
        commits.measure(StoreMetrics(metrics, service))
    return ServiceStore(engine=engine, reader=reader, events=events, commits=commits)


def migrate_database(url: str, migrations: Path) -> None:
    """Bring a database to this release's schema by the migrations of a folder, making it where there is none."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = open_database(url)
    upgrade(engine, migrations)
    engine.dispose()
