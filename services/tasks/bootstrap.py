"""Where adapters meet handlers: the one place that knows which database, which pack and which clock there are."""

from pathlib import Path

from sqlalchemy import Engine

from services.chassis.clock import Clock, open_clock
from services.chassis.database import open_database
from services.chassis.event_store.group_commit import GroupCommit
from services.chassis.event_store.metering import StoreMetrics
from services.chassis.event_store.opening import open_event_store
from services.chassis.identity import TokenVerifier
from services.chassis.identity.key_sets import key_set
from services.chassis.ids import new_id
from services.chassis.live_reads import LiveReads
from services.chassis.metrics import Metrics
from services.chassis.migrations import upgrade
from services.chassis.streams import Streams
from services.tasks.adapters.file_table import FileTable
from services.tasks.adapters.pack import read_working_days
from services.tasks.config import Settings
from services.tasks.domain.notice import RULES
from services.tasks.handlers.actions import TaskDesk
from services.tasks.handlers.intake import Taker
from services.tasks.handlers.kinds import REGISTRY
from services.tasks.handlers.pack import load_pack
from services.tasks.handlers.plans import Plans
from services.tasks.handlers.reports import Reports
from services.tasks.handlers.service import Tasks
from services.tasks.handlers.together import Together
from services.tasks.published_events import Publisher

__all__ = ["build", "load_pack", "migrate"]

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(settings: Settings) -> None:
    """Bring the service's database to this release's schema, making it where there is none."""
    engine = open_database(settings.database)
    upgrade(engine, MIGRATIONS)
    engine.dispose()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    verifier: TokenVerifier | None = None,
    metrics: Metrics | None = None,
) -> Tasks:
    """Put the service together. Call it after fork; its database must be migrated."""
    clock = clock or open_clock(settings.shift, settings.clock_file)
    engine = open_database(settings.database)
    reader = _reader(settings.database, engine)
    store = open_event_store(engine)
    commits = GroupCommit(store)
    if metrics is not None:
        commits.measure(StoreMetrics(metrics, "tasks"))
    publish = Publisher(settings.tenant, store.incarnation(), clock, new_id)
    streams = Streams(store, commits, REGISTRY, publish)
    together = Together(streams, engine)
    days = read_working_days(settings.pack)
    models = LiveReads(settings.read_database)
    return Tasks(
        clock=clock,
        days=days,
        rules=RULES,
        streams=streams,
        together=together,
        desk=TaskDesk(streams, together, days),
        plans=Plans(streams, together),
        reports=Reports(streams, together),
        taker=Taker(streams, together),
        files=FileTable(reader),
        token_verifier=verifier or TokenVerifier(key_set(settings.keys, settings.jwks_url), clock=clock),
        read_model=models.query,
        closing=(commits.close, store.close, models.close, reader.dispose, engine.dispose),
    )


def _reader(url: str, engine: Engine) -> Engine:
    # On SQLite every transaction of the writing engine takes the write lock.
    return open_database(url, read_only=True) if engine.dialect.name == "sqlite" else engine
