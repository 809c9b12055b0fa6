"""Which life of each store a folder has met last, so that an empty one in a lost one's place is not taken for it.

A migration makes tables, and a life of its own, in any database that has none: without this note a lost store would come
back empty, be called healthy, and be copied over the last good backup.
"""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from cchc.copies import EVENT_STORES, write_durably
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.servers import database_urls, database_variable
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.ids import new_id
from services.chassis.settings import SettingError

_LIVES = "SELECT id FROM incarnations ORDER BY ordinal"


def note_stores(folder: DataFolder) -> None:
    """Write down the present life of every store, but of a strange one.

    Raises:
        SettingError: The note of before cannot be read.
        Unavailable: A database cannot be read.
    """
    noted = _noted(folder)
    lives_of = {store: _lives_of(url) for store, url in _urls(folder).items()}
    met = {store: lives[-1] for store, lives in lives_of.items() if lives and noted.get(store, lives[-1]) in lives}
    _write(folder, noted | met)


def note_new_lives(folder: DataFolder, stores: Iterable[str]) -> None:
    """Write down the present life of stores that were put in the place of others, and look at no other one.

    Raises:
        SettingError: One of them holds nothing.
    """
    urls, noted = _urls(folder), _noted(folder)
    for store in stores:
        if not (lives := _lives_of(urls.get(store))):
            raise SettingError(f"{store}: its database is empty or gone: {_PUT_BACK.format(store=store)}")
        noted[store] = lives[-1]
    _write(folder, noted)


def require_noted_stores(folder: DataFolder, stores: Iterable[str] = EVENT_STORES) -> None:
    """See that no store was lost, before anything is made in its place.

    Raises:
        SettingError: One was, or the settings name another one; all such stores are named.
        Unavailable: A database cannot be read.
    """
    if strange := [f"{store}: {why}" for store in stores if (why := why_strange(folder, store))]:
        raise SettingError("; and ".join(strange))


def why_strange(folder: DataFolder, store: str) -> str:
    """Say why a store is not the one that this folder knew, and what to do; nothing when it is, or was not met yet.

    Raises:
        SettingError: The note cannot be read.
        Unavailable: Its database cannot be read.
    """
    life = _noted(folder).get(store)
    if life is None or life in (lives := _lives_of(_urls(folder).get(store))):
        return ""
    if not lives:
        return f"its database is empty or gone, and this folder knew it; {_PUT_BACK.format(store=store)}"
    return _IS_ANOTHER.format(store=store, life=life, place=_place(folder, store))


_PUT_BACK = (
    "put it back by `cchc restore … --only {store}`, or all of them without `--only` (runbook, *one store is lost*)"
)
_IS_ANOTHER = (
    "its database is another one: this folder knew it in its life {life}; see first that {place} names the right one. "
    "If it was made anew, `cchc restore … --only {store}`; if it was restored by somebody else, `cchc migrate --accept {store}`"
)


def _place(folder: DataFolder, store: str) -> str:
    return database_variable(store) if folder.tenant().is_distributed else "--data"


def _noted(folder: DataFolder) -> dict[str, str]:
    # A folder of an earlier release has no note: nothing is known of its stores yet.
    if not folder.noted_stores.exists():
        return {}
    try:
        return dict(json.loads(folder.noted_stores.read_text()))
    except (OSError, ValueError, TypeError) as unreadable:
        raise SettingError(
            f"{folder.noted_stores} cannot be read ({unreadable}): take it away, run `cchc verify`; the next start writes it anew"
        ) from None


def _write(folder: DataFolder, noted: Mapping[str, str]) -> None:
    aside = folder.noted_stores.with_name(f"{folder.noted_stores.name}.{new_id()}")
    write_durably(aside, json.dumps(noted, indent=1).encode() + b"\n")
    aside.replace(folder.noted_stores)


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
    except SQLAlchemyError as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Unavailable(f"{make_url(url).render_as_string()} cannot be read: {told}") from error
    finally:
        engine.dispose()


def _written(life: UUID | bytes) -> str:
    return str(UUID(bytes=life) if isinstance(life, bytes) else life)
