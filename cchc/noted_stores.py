"""Which life of each store a folder has met last, so that an empty one in a lost one's place is not taken for it.

A migration makes tables, and a life of its own, in any database that has none: without this note a lost store would come
back empty, be called healthy, and be copied over the last good backup.
"""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import inspect

from cchc.copies import EVENT_STORES
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.servers import database_urls
from services.chassis.database import open_database
from services.chassis.settings import SettingError

PUT_BACK = "put it back: `cchc restore … --only {store}`, then `cchc reconcile` (runbook, *one store is lost*)"

_LIVES = "SELECT id FROM incarnations ORDER BY ordinal"


def note_stores(folder: DataFolder) -> None:
    """Write down the present life of every store, but of a strange one.

    Raises:
        SQLAlchemyError: A database cannot be reached.
    """
    noted = _noted(folder)
    lives_of = {store: _lives_of(url) for store, url in _urls(folder).items()}
    met = {store: lives[-1] for store, lives in lives_of.items() if lives and noted.get(store, lives[-1]) in lives}
    _write(folder, noted | met)


def note_new_lives(folder: DataFolder, stores: Iterable[str]) -> None:
    """Write down the present life of stores that were put in the place of others, and look at no other one."""
    urls = _urls(folder)
    _write(folder, _noted(folder) | {store: _lives_of(urls[store])[-1] for store in stores})


def _write(folder: DataFolder, noted: Mapping[str, str]) -> None:
    aside = folder.noted_stores.with_suffix(".new")
    aside.write_text(json.dumps(noted, indent=1) + "\n")
    aside.replace(folder.noted_stores)


def require_noted_stores(folder: DataFolder) -> None:
    """See that no store was lost, before anything is made in its place.

    Raises:
        SettingError: One was, or the settings name another one.
        SQLAlchemyError: A database cannot be reached.
    """
    for store in EVENT_STORES:
        if why := why_strange(folder, store):
            raise SettingError(f"{store}: {why}; {PUT_BACK.format(store=store)}")


def why_strange(folder: DataFolder, store: str) -> str:
    """Say why a store is not the one that this folder knew, nothing when it is, or was not met yet.

    Raises:
        SQLAlchemyError: Its database cannot be reached.
    """
    life = _noted(folder).get(store)
    if life is None or life in (lives := _lives_of(_urls(folder).get(store))):
        return ""
    if not lives:
        return f"its database is empty or gone, and this folder knew it in its life {life}"
    return f"its database is another one: this folder knew it in its life {life}, which that one has not had"


def _noted(folder: DataFolder) -> dict[str, str]:
    # A folder of an earlier release has no note: nothing is known of its stores yet.
    return dict(json.loads(folder.noted_stores.read_text())) if folder.noted_stores.exists() else {}


def _urls(folder: DataFolder) -> Mapping[str, str]:
    if folder.tenant().is_distributed:
        return database_urls(environment_of(folder))
    return {store: f"sqlite:///{folder.database(store)}" for store in EVENT_STORES if folder.database(store).exists()}


def _lives_of(url: str | None) -> list[str]:
    if url is None:
        return []
    engine = open_database(url, read_only=True, pool_size=1)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("incarnations"):
                return []
            return [_written(life) for life in connection.exec_driver_sql(_LIVES).scalars()]
    finally:
        engine.dispose()


def _written(life: UUID | bytes) -> str:
    return str(UUID(bytes=life) if isinstance(life, bytes) else life)
