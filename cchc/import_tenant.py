"""`cchc import`: takes in a whole tenant that `cchc export` wrote, into files of its own or into PostgreSQL."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from cchc.backup import Said
from cchc.copies import Manifest, extent_of, read_manifest
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.export import SEALS
from cchc.moving import move_seals, move_stream_log
from cchc.moving_places import move_store
from cchc.noted_stores import note_new_lives
from cchc.options import data_option, profile_option
from cchc.reaching import require_servers
from cchc.restore import SET_ASIDE, begin_new_life, erase_again, restore_databases, restore_surroundings
from cchc.servers import (
    STREAM_LOG,
    check_settings,
    database_urls,
    make_seals,
    make_stream_log,
    migrate_databases,
    stream_log_url,
)
from cchc.topics import make_topics
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.ids import new_id


@click.command("import")
@click.argument("place", type=click.Path(path_type=Path, exists=True, file_okay=False))
@data_option
@profile_option
def import_tenant(place: Path, folder: DataFolder, profile: str | None) -> None:
    """Load the tenant that PLACE holds into a new folder. Each store begins a new life; `cchc up` builds the read models."""
    manifest = read_manifest(place)
    if manifest.profile != "embedded":
        raise click.ClickException(f"{place} is a backup of databases, no export: see cchc restore")
    if folder.exists():
        raise click.ClickException(f"{folder.root} holds a tenant already")
    is_new = not folder.root.exists()
    with folder.locked(), _all_or_nothing(folder, is_new=is_new):
        erased = _take_in(folder, place, manifest, profile or "embedded")
    click.echo(
        f"{manifest.tenant} is loaded into {folder.root}; {erased} people were erased again; start it with cchc up"
    )


@contextmanager
def _all_or_nothing(folder: DataFolder, *, is_new: bool) -> Iterator[None]:
    """Leave a folder that is held as it was when what is done in it fails, so that the same can be done again."""
    there = {it.name for it in folder.root.iterdir()}
    try:
        yield
    except BaseException:
        _remove(it for it in folder.root.iterdir() if it.name not in there | {SET_ASIDE})
        if is_new and there == {"lock"}:
            shutil.rmtree(folder.root)
        raise


def _remove(made: Iterable[Path]) -> None:
    for path in list(made):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _take_in(folder: DataFolder, place: Path, manifest: Manifest, profile: str) -> int:
    restore_surroundings(folder, place)
    folder.write_tenant(replace(folder.tenant(), profile=profile))
    if profile == "embedded":
        names = [copied.name for copied in manifest.databases]
        restore_databases(folder, place, manifest, names, now=SystemClock().now(), fresh_id=new_id)
    else:
        _into_servers(folder, place, manifest, said=click.echo)
    make_stream_log(environment_of(folder))
    return erase_again(folder, place)


def _into_servers(folder: DataFolder, place: Path, manifest: Manifest, *, said: Said) -> None:
    env = environment_of(folder)
    check_settings(env)
    require_servers(env)
    migrate_databases(env)
    make_topics(env)
    for name, url in database_urls(env).items():
        if name not in {copied.name for copied in manifest.databases}:
            continue
        if extent_of(url)[0]:
            raise click.ClickException(f"the database of {name} holds facts already; give an empty one")
        _move(name, place, url)
        begin_new_life(folder, name, SystemClock().now(), new_id())
        note_new_lives(folder, {name})
        said(f"  {name}: moved")
    _move_streams(place, stream_log_url(env))
    said(f"  {STREAM_LOG}: moved")


def _move_streams(place: Path, url: str) -> None:
    if (place / f"{STREAM_LOG}.db").exists():
        source, target = open_database(f"sqlite:///{place / f'{STREAM_LOG}.db'}", read_only=True), open_database(url)
        move_stream_log(source, target)
        source.dispose()
        target.dispose()


def _move(name: str, place: Path, url: str) -> None:
    source = open_database(f"sqlite:///{place / f'{name}.db'}", read_only=True)
    target = open_database(url)
    move_store(name, source, target)
    if (place / f"{SEALS}.db").exists():
        make_seals(url)
        seals = open_database(f"sqlite:///{place / f'{SEALS}.db'}", read_only=True)
        move_seals(seals, target, name)
        seals.dispose()
    source.dispose()
    target.dispose()
