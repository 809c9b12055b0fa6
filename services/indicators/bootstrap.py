"""Where adapters meet rules: the one place that knows which databases, pack and clock there are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from services.chassis.clock import Clock, open_clock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.identity import TokenVerifier
from services.chassis.identity.key_sets import key_set
from services.chassis.ids import new_id
from services.chassis.live_reads import LiveReads
from services.chassis.metrics import Metrics
from services.chassis.service_store import migrate_database, open_service_store
from services.chassis.streams import Streams
from services.chassis.working_calendar import WorkingCalendar, read_working_calendar
from services.indicators.adapters.pack import read_rules, read_satisfied_scores
from services.indicators.config import Settings
from services.indicators.handlers.kinds import REGISTRY
from services.indicators.handlers.pack import load_pack
from services.indicators.handlers.service import Indicators
from services.indicators.projections.folder import Folder, FolderParts
from services.indicators.projections.running_figures import RunningFigures
from services.indicators.projections.units import UnitsView
from services.indicators.published_events import FigureMessages, Publisher

__all__ = ["FigureFolder", "build", "build_folder", "load_pack", "migrate", "migrate_folder"]

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureFolder:
    """The figure folder, put together: it has a store of its own, which the worker writes."""

    engine: Engine
    store: EventStore
    clock: Clock
    folder: Folder
    units: UnitsView
    running: RunningFigures
    messages: FigureMessages
    satisfied_scores: tuple[int, ...]
    close: Callable[[], None]


def migrate(settings: Settings) -> None:
    """Bring the service's own store to this release's schema, making it where there is none."""
    migrate_database(settings.database, MIGRATIONS / "service")


def migrate_folder(settings: Settings) -> None:
    """Bring the folder's database to this release's schema, making it where there is none."""
    migrate_database(settings.folder_database, MIGRATIONS / "folder")


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    verifier: TokenVerifier | None = None,
    metrics: Metrics | None = None,
) -> Indicators:
    """Put the commanding half together. Call it after fork; its database must be migrated."""
    clock = clock or open_clock(settings.shift, settings.clock_file)
    store = open_service_store(settings.database, "indicators", metrics)
    publish = Publisher(settings.tenant, store.events.incarnation(), clock, new_id)
    models, folder_models = LiveReads(settings.read_database), LiveReads(settings.folder_database)
    return Indicators(
        clock=clock,
        streams=Streams(store.events, store.commits, REGISTRY, publish),
        token_verifier=verifier or TokenVerifier(key_set(settings.keys, settings.jwks_url), clock=clock),
        read_model=models.query,
        folder_model=folder_models.query,
        closing=(store.close, models.close, folder_models.close),
    )


def build_folder(settings: Settings, *, clock: Clock | None = None, read_only: bool = False) -> FigureFolder:
    """Put the figure folder together. Call it after fork; its database must be migrated.

    In the embedded profile the worker alone writes the file, so the process that answers questions opens it `read_only`.

    Raises:
        PackError: The pack does not say by which rules figures are released; nothing is opened then.
    """
    rules, calendar = read_rules(settings.pack), read_working_calendar(settings.pack, WorkingCalendar)
    satisfied_scores = read_satisfied_scores(settings.pack)
    clock = clock or open_clock(settings.shift, settings.clock_file)
    engine = open_database(settings.folder_database, read_only=read_only)
    store = open_event_store(engine)
    messages = FigureMessages(tenant=settings.tenant, store=store, clock=clock, new_id=new_id)
    parts = FolderParts(
        store=store,
        rules=rules,
        calendar=calendar,
        clock=clock,
        publish=messages.of,
        new_id=new_id,
    )

    def close() -> None:
        store.close()
        engine.dispose()

    return FigureFolder(
        engine=engine,
        store=store,
        clock=clock,
        folder=Folder(parts),
        units=UnitsView(),
        running=RunningFigures(calendar),
        messages=messages,
        satisfied_scores=satisfied_scores,
        close=close,
    )
