"""The databases: can they be reached, are they those that the folder knew, do they keep what they acknowledge, have all migrations run."""

import contextlib
import tempfile
from collections.abc import Generator
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from cchc.checks.finding import Checks, Finding, ill, look, tried, well
from cchc.copies import EVENT_STORES
from cchc.data_folder import DataFolder
from cchc.export import as_files
from cchc.moving import VERSIONS
from cchc.noted_stores import why_strange
from cchc.restore import urls_of
from cchc.servers import STREAM_LOG, migrate_databases
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.settings import SettingError
from services.gateway.streams.log_tables import HEADS

OLDEST_POSTGRES = 150_000
MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
MOST_SECONDS_APART = 2.0
_HELD = {STREAM_LOG: HEADS.name}
"""A table without which a database holds nothing, where it is not that of event stores."""


def look_at_databases(folder: DataFolder) -> Checks:
    """Look at the database of every store."""
    every = urls_of(folder)
    urls = {name: every[name] for name in EVENT_STORES}
    lasting = {name: every[name] for name in (*EVENT_STORES, STREAM_LOG) if name in every}
    lost = yield from _lost(folder)
    is_distributed = folder.tenant().is_distributed
    to_do = "start it, and see its URL and password" if is_distributed else "put it back: `cchc restore --only`"
    for name, url in lasting.items():
        yield tried(f"database {name}", lambda: _reached(name, url), to_do)  # noqa: B023 - called here
    if not is_distributed:
        urls = {name: url for name, url in urls.items() if folder.database(name).exists()}
    with tempfile.TemporaryDirectory(prefix="cchc-doctor-") as place:
        # What a new file is migrated to is what this release asks for.
        migrate_databases(as_files(folder, Path(place)))
        # What is gone is to be put back, not to be made anew.
        for name, url in ((name, url) for name, url in urls.items() if name not in lost):
            asked = f"sqlite:///{Path(place) / f'{name}.db'}"
            yield tried(f"migrations {name}", lambda: _migrated(name, url, asked), "run `cchc migrate`")  # noqa: B023 - as above


def _lost(folder: DataFolder) -> Generator[Finding, None, set[str]]:
    """Give the stores that are not those which this folder knew; one that cannot be reached is told of elsewhere."""
    lost = {}
    try:
        for name in EVENT_STORES:
            with contextlib.suppress(Unavailable):
                lost[name] = why_strange(folder, name)
    except SettingError as unreadable:
        yield ill("stores", str(unreadable), "see the runbook, *one store is lost*")
    for name, why in lost.items():
        if why:
            reason, _, to_do = why.partition("; ")
            yield ill(f"store {name}", reason, to_do)
    return {name for name, why in lost.items() if why}


def _reached(name: str, url: str) -> Finding:
    engine = open_database(url, read_only=True)
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.execute(text(f"SELECT 1 FROM {_HELD.get(name, 'incarnations')} LIMIT 1"))
            return well(f"database {name}", "its file can be read")
        return _server(name, engine)
    finally:
        engine.dispose()


def _server(name: str, engine: Engine) -> Finding:
    with engine.connect() as connection:
        asked = connection.exec_driver_sql
        number = int(asked("SHOW server_version_num").scalar_one())
        off = [setting for setting in MUST_BE_ON if asked(f"SHOW {setting}").scalar_one() == "off"]
        apart = abs((asked("SELECT clock_timestamp()").scalar_one() - SystemClock().now()).total_seconds())
    if number < OLDEST_POSTGRES:
        return ill(f"database {name}", f"PostgreSQL {number // 10_000} is too old", "upgrade it to 15 or newer")
    if off:
        return ill(f"database {name}", f"{', '.join(off)} is off: acknowledged facts can be lost", "see infra/postgres")
    if apart > MOST_SECONDS_APART:
        return look(f"database {name}", f"its clock is {apart:.0f} s from ours", "have both machines' clocks kept")
    return well(f"database {name}", f"PostgreSQL {number // 10_000} answers and writes through to the disk")


def _migrated(name: str, url: str, asked: str) -> Finding:
    there, wanted = _versions(url), _versions(asked)
    behind = {table: version for table, version in wanted.items() if there.get(table) != version}
    if behind:
        told = ", ".join(f"{there.get(table) or 'none'} instead of {version}" for table, version in behind.items())
        return ill(f"migrations {name}", f"it stands at {told}", "run `cchc migrate`")
    return well(f"migrations {name}", ", ".join(wanted.values()) or "none are asked for")


def _versions(url: str) -> dict[str, str]:
    engine = open_database(url, read_only=True)
    try:
        with engine.connect() as connection:
            tables = [it for it in inspect(connection).get_table_names() if it.endswith(VERSIONS)]
            return {it: str(connection.exec_driver_sql(f"SELECT version_num FROM {it}").scalar()) for it in tables}
    finally:
        engine.dispose()
