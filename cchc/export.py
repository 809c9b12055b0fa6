"""`cchc export`: a whole tenant as one folder, in the form of the embedded profile, for `cchc import` into either."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pysqlite3.dbapi2

from cchc.backup import Said, copy_files, copy_surroundings, told_of
from cchc.copies import EVENT_STORES, Copied, Manifest, copied, extent_of, make_place, write_manifest
from cchc.data_folder import DataFolder
from cchc.environment import all_variables_of, environment_of
from cchc.moving import move_seals, move_stream_log
from cchc.moving_places import move_store
from cchc.noted_stores import require_noted_stores
from cchc.options import data_option
from cchc.servers import STREAM_LOG, database_urls, database_variable, make_seals, migrate_databases, stream_log_url
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.settings import Environment

SEALS = "seals"


@click.command()
@data_option
@click.option("--to", "place", type=click.Path(path_type=Path), required=True, help="The folder to make.")
def export(folder: DataFolder, place: Path) -> None:
    """Write the whole tenant into a new folder, with nothing running: every fact and message, keys, accounts, the pack.

    Read models are left out: they are built anew. Keep the folder as you keep a backup: it holds the keys.
    """
    folder.tenant()
    if place.exists():
        raise click.ClickException(f"{place} is there already")
    with folder.locked():
        export_tenant(folder, place, said=click.echo)
    click.echo(f"exported to {place}; load it with: cchc import {place} --profile embedded|distributed --data FOLDER")


def export_tenant(folder: DataFolder, place: Path, *, said: Said) -> Manifest:
    """Copy everything into `place` and write the manifest last.

    Raises:
        SettingError: A store was lost.
        click.ClickException: Somebody went on writing meanwhile.
    """
    tenant = folder.tenant()
    require_noted_stores(folder)
    make_place(place)
    made = _databases(folder, place) if tenant.is_distributed else copy_files(folder, place)
    manifest = Manifest(made_at=SystemClock().now().isoformat(), tenant=tenant.tenant, databases=told_of(made, said))
    copy_surroundings(folder, place)
    DataFolder(place).write_tenant(replace(tenant, profile="embedded"))
    write_manifest(place, manifest)
    return manifest


def _databases(folder: DataFolder, place: Path) -> Iterator[Copied]:
    urls = database_urls(environment_of(folder))
    # The tables that migrations make in new files are what cannot be built from the log.
    migrate_databases(as_files(folder, place))
    make_seals(f"sqlite:///{DataFolder(place).database('seals')}")
    for name, url in urls.items():
        _move(name, url, place)
    _move_streams(stream_log_url(environment_of(folder)), place)
    for name in (SEALS, STREAM_LOG, *urls):
        _as_one_file(place / f"{name}.db")
        extent = extent_of(f"sqlite:///{place / f'{name}.db'}") if name in EVENT_STORES else None
        if extent is not None and extent_of(urls[name]) != extent:
            raise click.ClickException(f"somebody writes into {name}: stop everything first")
        yield copied(place / f"{name}.db", name, extent)


def _move(name: str, url: str, place: Path) -> None:
    source, target = open_database(url, read_only=True), open_database(f"sqlite:///{place / f'{name}.db'}")
    move_store(name, source, target)
    seals = open_database(f"sqlite:///{place / 'seals.db'}")
    move_seals(source, seals, name)
    for engine in (source, target, seals):
        engine.dispose()


def _move_streams(url: str, place: Path) -> None:
    source, target = open_database(url, read_only=True), open_database(f"sqlite:///{place / f'{STREAM_LOG}.db'}")
    move_stream_log(source, target)
    source.dispose()
    target.dispose()


def _as_one_file(file: Path) -> None:
    connection = pysqlite3.dbapi2.connect(str(file))
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def as_files(folder: DataFolder, place: Path) -> Environment:
    """Give the settings of a folder's services as if `place` were a folder of the embedded profile."""
    told = dict(all_variables_of(folder))
    for store in (*EVENT_STORES, STREAM_LOG):
        told.pop(database_variable(store), None)
    return Environment({**told, "CCHC_PROFILE": "embedded", "CCHC_DATA": str(place)})
