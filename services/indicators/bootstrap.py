"""Where adapters meet rules: the one place that knows which database, pack and clock there are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.ids import new_id
from services.chassis.migrations import upgrade
from services.indicators.adapters.pack import read_calendar, read_rules, read_satisfied_scores
from services.indicators.config import Settings
from services.indicators.projections.folder import Folder, FolderParts
from services.indicators.projections.units import UnitsView
from services.indicators.published_events import FigureMessages

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicators:
    """The service, put together."""

    engine: Engine
    store: EventStore
    clock: Clock
    folder: Folder
    units: UnitsView
    messages: FigureMessages
    satisfied_scores: tuple[int, ...]
    close: Callable[[], None]


def migrate(settings: Settings) -> None:
    """Bring the service's database to this release's schema, making it where there is none."""
    if settings.database.startswith("sqlite:///"):
        Path(settings.database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    upgrade(engine, MIGRATIONS)
    engine.dispose()


def build(settings: Settings, *, clock: Clock | None = None, read_only: bool = False) -> Indicators:
    """Put the service together. Call it after fork; its database must be migrated.

    In the embedded profile the worker alone writes the file, so the process that answers questions opens it `read_only`.

    Raises:
        PackError: The pack does not say by which rules figures are released; nothing is opened then.
    """
    rules, calendar = read_rules(settings.pack), read_calendar(settings.pack)
    satisfied_scores = read_satisfied_scores(settings.pack)
    clock = clock or SystemClock(settings.shift)
    engine = open_database(settings.database, read_only=read_only)
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

    return Indicators(
        engine=engine,
        store=store,
        clock=clock,
        folder=Folder(parts),
        units=UnitsView(),
        messages=messages,
        satisfied_scores=satisfied_scores,
        close=close,
    )
