"""`cchc restore`: puts a backup back, begins a new life of each store, keeps what it replaces."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from cchc.catalog import STORES
from cchc.copies import EVENT_STORES, LASTING, Manifest, read_manifest
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.log_of_outboxes import topics_of
from cchc.noted_stores import note_new_lives
from cchc.options import data_option
from cchc.postgres_tools import holds_something, put_back
from cchc.reaching import require_quiet_databases
from cchc.servers import STREAM_LOG, all_urls, holds_messages, make_stream_log
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.event_store.incarnations import begin_incarnation
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.ids import NewId, new_id
from services.chassis.seals import Ledger, Seals
from services.gateway import bootstrap as gateway
from services.gateway.config import Settings as GatewaySettings

JOURNAL = "erasures.jsonl"
SET_ASIDE = "replaced"
"""Where files lie that something else was put in place of; they are never removed."""


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, exists=True, file_okay=False))
@data_option
@click.option("--only", "names", multiple=True, help="Restore this database alone (may be said again).")
def restore(backup: Path, folder: DataFolder, names: tuple[str, ...]) -> None:
    """Put databases back from BACKUP, with nothing running; then run `cchc reconcile`.

    The folder's own store is put back only when it is missing or named: the blocks it has published stand. People who
    were erased after the backup was made are erased again.
    """
    manifest = read_manifest(backup)
    with folder.locked():
        if folder.exists() and folder.tenant().profile != manifest.profile:
            raise click.ClickException(
                f"this is a backup of the {manifest.profile} profile: see cchc export and import"
            )
        if manifest.profile == "distributed":
            require_quiet_databases(environment_of(folder, tenant=None if folder.exists() else DataFolder(backup)))
        restore_surroundings(folder, backup)
        chosen = names or _wanted(folder, manifest)
        restore_databases(folder, backup, manifest, chosen, now=SystemClock().now(), fresh_id=new_id)
        # An old backup may hold none.
        make_stream_log(environment_of(folder))
        erased = erase_again(folder, backup) if "gateway" in chosen else 0
    click.echo(f"restored {', '.join(chosen)} as of {manifest.made_at}; erased again: {erased}")
    if kept := [copied.name for copied in manifest.databases if copied.name not in chosen]:
        click.echo(f"left as they were: {', '.join(kept)}")
    click.echo("now run: cchc reconcile")


def restore_databases(
    folder: DataFolder, backup: Path, manifest: Manifest, names: Iterable[str], *, now: datetime, fresh_id: NewId
) -> None:
    """Replace databases by their copies; each event store among them begins a new life."""
    urls = urls_of(folder)
    for name in names:
        copy = backup / manifest.copy_of(name).file_name
        if folder.tenant().is_distributed:
            put_back(copy, urls[name])
        else:
            _set_aside(folder.database(name), now)
            shutil.copy2(copy, folder.database(name))
        if name in EVENT_STORES:
            begin_new_life(folder, name, now, fresh_id())
            note_new_lives(folder, {name})


def urls_of(folder: DataFolder) -> dict[str, str]:
    """Give the URL of every database that cannot be made again, where this folder keeps it."""
    if folder.tenant().is_distributed:
        return all_urls(environment_of(folder))
    return {name: f"sqlite:///{folder.database(name)}" for name in LASTING}


def restore_surroundings(folder: DataFolder, backup: Path) -> None:
    """Put keys, pack and the folder's own file back where there is no tenant yet."""
    if folder.exists():
        return
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.root.chmod(0o700)
    shutil.copytree(backup / "keys", folder.keys, dirs_exist_ok=True)
    if (pack := backup / folder.kept_pack.name).exists():
        shutil.copytree(pack, folder.kept_pack, dirs_exist_ok=True)
    if (clock := backup / folder.clock.name).exists():
        shutil.copy2(clock, folder.root)
    shutil.copy2(backup / "tenant.json", folder.root)


def erase_again(folder: DataFolder, backup: Path) -> int:
    """Erase again whoever the journals of erasures name and the restored directory still knows; give how many."""
    settings = GatewaySettings.from_env(environment_of(folder))
    gateway.migrate(settings)
    return gateway.replay_erasures(settings, journals=[backup / "keys" / JOURNAL])


def begin_new_life(folder: DataFolder, name: str, now: datetime, new: UUID) -> None:
    """Begin a new life of a store that stands at an earlier point than others may have read."""
    engine = open_database(urls_of(folder)[name])
    source = f"/cchc/{folder.tenant().tenant}/{STORES[name]}"
    _let_go_of_seals(folder, name, open_event_store(engine))
    with engine.begin() as connection:
        begin_incarnation(connection, new=new, now=now, source=source, topics=topics_of(name))
    engine.dispose()


def _wanted(folder: DataFolder, manifest: Manifest) -> tuple[str, ...]:
    # Blocks, seals and the stream log are newer than any backup and cannot be made again: replaced only when they are gone.
    urls = urls_of(folder)
    lasting = {name for name in ("folder", "seals", STREAM_LOG) if name in urls and _stands(name, urls[name])}
    return tuple(copied.name for copied in manifest.databases if copied.name not in lasting)


def _stands(name: str, url: str) -> bool:
    return is_there(url) and (name != STREAM_LOG or holds_messages(url))


def is_there(url: str) -> bool:
    """Say whether a database is there and holds something."""
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///")).exists()
    return holds_something(url)


def _set_aside(file: Path, now: datetime) -> None:
    for suffix in ("", "-wal", "-shm"):
        old = file.with_name(file.name + suffix)
        if old.exists():
            aside = file.parent / SET_ASIDE / f"{now:%Y%m%dT%H%M%SZ}"
            aside.mkdir(parents=True, exist_ok=True)
            old.rename(aside / old.name)


def _let_go_of_seals(folder: DataFolder, name: str, store: EventStore) -> None:
    # A database of PostgreSQL holds its store's seals itself: they came back with it.
    if not folder.tenant().is_distributed and folder.database("seals").exists():
        engine = open_database(f"sqlite:///{folder.database('seals')}")
        seals = Seals(engine, store_name=name)
        seals.keep_through(Ledger.FACTS, store.last_position())
        seals.keep_through(Ledger.OUTBOX, sum(store.heads().values()))
        engine.dispose()
    store.close()
