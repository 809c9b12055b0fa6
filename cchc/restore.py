"""`cchc restore`: puts a backup back, begins a new life of each store, keeps what it replaces."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from cchc.backup import EVENT_STORES, Manifest, read_manifest
from cchc.data_folder import DataFolder
from cchc.log_of_outboxes import OWNERS
from cchc.options import data_option
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.event_store.incarnations import begin_incarnation
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.ids import NewId, new_id
from services.chassis.seals import Ledger, Seals

SOURCES = {"survey": "survey", "gateway": "gateway", "indicators": "indicators", "folder": "indicators"}
"""Which service a store's messages come from."""


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, exists=True, file_okay=False))
@data_option
@click.option("--only", "names", multiple=True, help="Restore this database alone (may be said again).")
def restore(backup: Path, folder: DataFolder, names: tuple[str, ...]) -> None:
    """Put databases back from BACKUP, with nothing running; then run `cchc reconcile`.

    The folder's own store is put back only when it is missing or named: the blocks it has published stand.
    """
    manifest = read_manifest(backup)
    with folder.locked():
        chosen = names or _wanted(folder, manifest)
        restore_databases(folder, backup, chosen, now=SystemClock().now(), fresh_id=new_id)
    click.echo(f"restored {', '.join(chosen)} as of {manifest.made_at}; now run: cchc reconcile")


def restore_databases(
    folder: DataFolder, backup: Path, names: Iterable[str], *, now: datetime, fresh_id: NewId
) -> None:
    """Replace databases by their copies; each event store among them begins a new life."""
    if not folder.exists():
        _restore_surroundings(folder, backup)
    for name in names:
        _set_aside(folder.database(name), now)
        shutil.copy2(backup / f"{name}.db", folder.database(name))
        if name in EVENT_STORES:
            _begin_new_life(folder, name, now, fresh_id())


def _wanted(folder: DataFolder, manifest: Manifest) -> tuple[str, ...]:
    # Blocks and seals are newer than any backup and cannot be made again: they are replaced only when they are gone.
    lasting = {name for name in ("folder", "seals") if folder.database(name).exists()}
    return tuple(copied.name for copied in manifest.databases if copied.name not in lasting)


def _restore_surroundings(folder: DataFolder, backup: Path) -> None:
    folder.root.mkdir(parents=True, exist_ok=True)
    shutil.copy2(backup / "tenant.json", folder.root)
    shutil.copytree(backup / "keys", folder.keys, dirs_exist_ok=True)
    if (pack := backup / folder.kept_pack.name).exists():
        shutil.copytree(pack, folder.kept_pack, dirs_exist_ok=True)


def _set_aside(file: Path, now: datetime) -> None:
    for suffix in ("", "-wal", "-shm"):
        old = file.with_name(file.name + suffix)
        if old.exists():
            aside = file.parent / "replaced" / f"{now:%Y%m%dT%H%M%SZ}"
            aside.mkdir(parents=True, exist_ok=True)
            old.rename(aside / old.name)


def _begin_new_life(folder: DataFolder, name: str, now: datetime, new: UUID) -> None:
    engine = open_database(f"sqlite:///{folder.database(name)}")
    source = f"/cchc/{folder.tenant().tenant}/{SOURCES[name]}"
    topics = [topic for topic, owner in OWNERS.items() if owner == name]
    _let_go_of_seals(folder, name, open_event_store(engine))
    with engine.begin() as connection:
        begin_incarnation(connection, new=new, now=now, source=source, topics=topics)
    engine.dispose()


def _let_go_of_seals(folder: DataFolder, name: str, store: EventStore) -> None:
    if not folder.database("seals").exists():
        return
    engine = open_database(f"sqlite:///{folder.database('seals')}")
    seals = Seals(engine, store_name=name)
    seals.keep_through(Ledger.FACTS, store.last_position())
    seals.keep_through(Ledger.OUTBOX, sum(store.heads().values()))
    store.close()
    engine.dispose()
