"""Where adapters meet handlers: the one place that knows which database, which pack and which clock there are."""

from pathlib import Path

from services.chassis.clock import Clock, open_clock
from services.chassis.identity import TokenVerifier
from services.chassis.identity.key_sets import key_set
from services.chassis.ids import new_id
from services.chassis.live_reads import LiveReads
from services.chassis.metrics import Metrics
from services.chassis.service_store import migrate_database, open_service_store
from services.chassis.streams import Streams
from services.chassis.working_calendar import read_working_calendar
from services.tasks.adapters.file_table import FileTable
from services.tasks.config import Settings
from services.tasks.domain.notice import RULES
from services.tasks.domain.working_days import WorkingDays
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
    migrate_database(settings.database, MIGRATIONS)


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    verifier: TokenVerifier | None = None,
    metrics: Metrics | None = None,
) -> Tasks:
    """Put the service together. Call it after fork; its database must be migrated."""
    clock = clock or open_clock(settings.shift, settings.clock_file)
    store = open_service_store(settings.database, "tasks", metrics)
    publish = Publisher(settings.tenant, store.events.incarnation(), clock, new_id)
    streams = Streams(store.events, store.commits, REGISTRY, publish)
    together = Together(streams, store.engine)
    days = read_working_calendar(settings.pack, WorkingDays)
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
        files=FileTable(store.reader),
        token_verifier=verifier or TokenVerifier(key_set(settings.keys, settings.jwks_url), clock=clock),
        read_model=models.query,
        closing=(store.close, models.close),
    )
