"""`cchc backup`: copies what cannot be rebuilt, while everything runs."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
import pysqlite3.dbapi2

from cchc.copies import EVENT_STORES, LASTING, Copied, Manifest, copied, extent_of, make_place, write_manifest
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.noted_stores import note_stores, require_noted_stores
from cchc.options import data_option, json_option
from cchc.postgres_tools import dump
from cchc.servers import all_urls
from cchc.survey_client import mark_backed_up
from services.chassis.clock import SystemClock

PAGES_A_STEP = 2_000
Said = Callable[[str], object]


@click.command()
@data_option
@click.option("--to", "target", type=click.Path(path_type=Path), help="Where to; a dated folder in it is made.")
@json_option
def backup(folder: DataFolder, target: Path | None, as_json: bool) -> None:
    """Copy stores, seals and keys into a new folder, and let the tablets know how far they are safe."""
    folder.tenant()
    now = SystemClock().now()
    place = (target or folder.backups) / now.strftime("%Y%m%dT%H%M%S.%fZ")
    manifest = make_backup(folder, place, now=now, said=(lambda _text: None) if as_json else click.echo)
    mark_backed_up(folder, manifest.position("survey"))
    click.echo(json.dumps({"folder": str(place), **asdict(manifest)}) if as_json else f"backed up to {place}")


def make_backup(folder: DataFolder, place: Path, *, now: datetime, said: Said) -> Manifest:
    """Copy everything into `place` and write the manifest last.

    Raises:
        SettingError: A store was lost; a copy of what stands in its place would pass for one of it.
    """
    tenant = folder.tenant()
    require_noted_stores(folder)
    note_stores(folder)
    make_place(place)
    made = _dumps(folder, place) if tenant.is_distributed else copy_files(folder, place)
    manifest = Manifest(
        made_at=now.isoformat(), tenant=tenant.tenant, databases=told_of(made, said), profile=tenant.profile
    )
    copy_surroundings(folder, place)
    write_manifest(place, manifest)
    return manifest


def told_of(made: Iterable[Copied], said: Said) -> list[Copied]:
    """Make copies, and say of each what was made."""
    copies = []
    for copy in made:
        copies.append(copy)
        said(f"  {copy.name}: {copy.size_bytes / 1e6:.1f} MB")
    return copies


def copy_surroundings(folder: DataFolder, place: Path) -> None:
    """Copy what a tenant is beside its databases: keys, the pack, what the folder was made for."""
    shutil.copytree(folder.keys, place / "keys")
    shutil.copytree(folder.pack, place / folder.kept_pack.name)
    shutil.copy2(folder.tenant_file, place)
    if folder.clock.exists():
        shutil.copy2(folder.clock, place)


def copy_files(folder: DataFolder, place: Path) -> Iterator[Copied]:
    """Copy the files of the embedded profile into `place`."""
    for name in LASTING:
        if folder.database(name).exists():
            yield copy_file(folder.database(name), place / f"{name}.db", name)


def copy_file(source: Path, target: Path, name: str) -> Copied:
    """Copy a file of SQLite while it is in use."""
    reading = pysqlite3.dbapi2.connect(f"file:{source}?mode=ro", uri=True)
    writing = pysqlite3.dbapi2.connect(str(target))
    try:
        reading.backup(writing, pages=PAGES_A_STEP)
        # A copy is one file: nothing of it may stand in a log beside it.
        writing.execute("PRAGMA journal_mode=DELETE")
    finally:
        reading.close()
        writing.close()
    return copied(target, name, extent_of(f"sqlite:///{target}") if name in EVENT_STORES else None)


def _dumps(folder: DataFolder, place: Path) -> Iterator[Copied]:
    urls = all_urls(environment_of(folder))
    for name in sorted(urls, key=LASTING.index):
        # Read before the copy begins: it surely holds what was there by then.
        extent = extent_of(urls[name]) if name in EVENT_STORES else None
        dump(urls[name], place / f"{name}.dump")
        yield copied(place / f"{name}.dump", name, extent)
