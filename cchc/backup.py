"""`cchc backup`: copies what cannot be rebuilt, while everything runs."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import click
import pysqlite3.dbapi2

from cchc.data_folder import DataFolder
from cchc.options import data_option, json_option
from cchc.survey_client import mark_backed_up
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store

COPIED_FILES = ("seals", "folder", "gateway", "indicators", "survey")
"""Readers before what they read: a copied reader is never ahead of the store it reads."""

EVENT_STORES = ("folder", "gateway", "indicators", "survey")
PAGES_A_STEP = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """One database in a backup. `position` and `incarnation` say how far an event store went."""

    name: str
    sha256: str
    size_bytes: int
    position: int | None = None
    incarnation: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a backup holds; it is written last, so a folder without one is no backup."""

    made_at: str
    tenant: str
    databases: list[Copied]

    def position(self, name: str) -> int:
        """Give how far a store went."""
        return next(copied.position or 0 for copied in self.databases if copied.name == name)


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


def make_backup(folder: DataFolder, place: Path, *, now: datetime, said: Callable[[str], object]) -> Manifest:
    """Copy everything into `place` and write the manifest last."""
    place.mkdir(parents=True)
    place.chmod(0o700)
    copies = []
    for name in COPIED_FILES:
        if folder.database(name).exists():
            copies.append(_copy(folder.database(name), place, name))
            said(f"  {name}: {copies[-1].size_bytes / 1e6:.1f} MB")
    shutil.copytree(folder.keys, place / "keys")
    shutil.copytree(folder.pack, place / folder.kept_pack.name)
    shutil.copy2(folder.root / "tenant.json", place)
    manifest = Manifest(made_at=now.isoformat(), tenant=folder.tenant().tenant, databases=copies)
    _write_durably(place / "manifest.json", json.dumps(asdict(manifest), indent=1).encode())
    return manifest


def read_manifest(place: Path) -> Manifest:
    """Read and check a backup.

    Raises:
        click.ClickException: There is no manifest, or a file is not what the manifest says.
    """
    try:
        said = json.loads((place / "manifest.json").read_text())
    except FileNotFoundError:
        raise click.ClickException(f"{place} is no complete backup: it has no manifest.json") from None
    manifest = Manifest(**{**said, "databases": [Copied(**entry) for entry in said["databases"]]})
    for copied in manifest.databases:
        if _digest(place / f"{copied.name}.db") != copied.sha256:
            raise click.ClickException(f"{copied.name}.db in {place} is damaged: its digest is not the manifest's")
    return manifest


def _copy(source: Path, place: Path, name: str) -> Copied:
    target = place / f"{name}.db"
    reading = pysqlite3.dbapi2.connect(f"file:{source}?mode=ro", uri=True)
    writing = pysqlite3.dbapi2.connect(str(target))
    try:
        reading.backup(writing, pages=PAGES_A_STEP)
        # A copy is one file: nothing of it may stand in a log beside it.
        writing.execute("PRAGMA journal_mode=DELETE")
    finally:
        reading.close()
        writing.close()
    _sync(target)
    position, incarnation = _extent(target) if name in EVENT_STORES else (None, None)
    return Copied(
        name=name,
        sha256=_digest(target),
        size_bytes=target.stat().st_size,
        position=position,
        incarnation=incarnation,
    )


def _extent(file: Path) -> tuple[int, str]:
    engine = open_database(f"sqlite:///{file}", read_only=True)
    store = open_event_store(engine)
    try:
        return store.last_position(), str(store.incarnation())
    finally:
        store.close()
        engine.dispose()


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write_durably(file: Path, body: bytes) -> None:
    file.write_bytes(body)
    _sync(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
