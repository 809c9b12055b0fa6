"""Where adapters meet rules: the one place that knows which database, pack and clock there are."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.identity.keys import public_half
from services.chassis.ids import new_id
from services.chassis.migrations import upgrade
from services.indicators.config import Settings
from services.indicators.domain.leaf import Level
from services.indicators.domain.rules import ReleaseRules
from services.indicators.domain.working_days import WorkingCalendar
from services.indicators.projections.folder import Folder, FolderParts
from services.indicators.projections.units import UnitsView
from services.indicators.published_events import FigureMessages

MIGRATIONS = Path(__file__).parent / "migrations"

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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
    """
    clock = clock or SystemClock(settings.shift)
    engine = open_database(settings.database, read_only=read_only)
    store = open_event_store(engine)
    messages = FigureMessages(tenant=settings.tenant, store=store, clock=clock, new_id=new_id)
    parts = FolderParts(
        store=store,
        rules=read_rules(_part(settings, "release")),
        calendar=read_calendar(_part(settings, "calendar")),
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
        satisfied_scores=read_satisfied_scores(_part(settings, "questionnaires")),
        close=close,
    )


def read_rules(release: Mapping[str, Any]) -> ReleaseRules:
    """Read the release rules of a pack; what it leaves out is as `ReleaseRules` says."""
    given = {
        name: release[name]
        for name in ("k", "agreement_wait_factor", "agreement_dissenters", "move_up_after_working_days")
        if name in release
    }
    if "agreement_scores" in release:
        given["agreement_scores"] = frozenset(release["agreement_scores"])
    if "levels" in release:
        given["levels"] = tuple(Level(level) for level in release["levels"])
    return ReleaseRules(**given)


def read_calendar(calendar: Mapping[str, Any]) -> WorkingCalendar:
    """Read the calendar of a pack."""
    days = calendar.get("working_week", {}).get("days", _WEEKDAYS[:5])
    return WorkingCalendar(
        days_off=frozenset(
            date.fromisoformat(day["date"]) for day in calendar.get("days_off", ()) if day.get("off", True)
        ),
        moved_working_days=frozenset(date.fromisoformat(_day(day)) for day in calendar.get("working_days_moved", ())),
        weekdays=frozenset(_WEEKDAYS.index(day) for day in days),
    )


def read_satisfied_scores(questionnaires: Mapping[str, Any]) -> tuple[int, ...]:
    """Read which scores count as satisfied on the five-level scale."""
    scales = {scale["code"]: scale for scale in questionnaires.get("scales", ())}
    return tuple(scales.get("satisfaction-5", {}).get("satisfied_values", (4, 5)))


def key_set(settings: Settings) -> Callable[[], Mapping[str, Any]]:
    """Give where the public keys of access tokens come from."""
    if settings.jwks_url:
        return lambda: dict(httpx.get(settings.jwks_url, timeout=5).raise_for_status().json())
    path = settings.keys / "access-signing.jwk"
    return lambda: {"keys": [public_half(json.loads(path.read_bytes()))]}


def _day(entry: Any) -> str:
    return str(entry["date"] if isinstance(entry, Mapping) else entry)


def _part(settings: Settings, name: str) -> Mapping[str, Any]:
    if settings.pack is None:
        return {}
    file = settings.pack / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else {}
