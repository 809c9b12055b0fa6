"""What a backup is: copies of databases, and a manifest that says how far each goes and what its file has to be."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store

EVENT_STORES: Sequence[str] = ("folder", "gateway", "indicators", "tasks", "survey")
"""Readers before what they read: a copied reader is never ahead of the store it reads."""

LASTING: Sequence[str] = ("seals", "streams", *EVENT_STORES)
"""Every database that cannot be made again, in the order in which they are copied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """One database in a backup. `position` and `incarnation` say how far an event store went."""

    name: str
    sha256: str
    size_bytes: int
    position: int | None = None
    incarnation: str | None = None
    file: str = ""
    """The copy's name; a file of SQLite where nothing is said."""

    @property
    def file_name(self) -> str:
        """Give the name of the copy in its folder."""
        return self.file or f"{self.name}.db"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a backup holds; it is written last, so a folder without one is no backup."""

    made_at: str
    tenant: str
    databases: list[Copied]
    profile: str = "embedded"

    def position(self, name: str) -> int:
        """Give how far a store went."""
        return next((copied.position or 0 for copied in self.databases if copied.name == name), 0)

    def copy_of(self, name: str) -> Copied:
        """Give the copy of a database.

        Raises:
            click.ClickException: The backup has none.
        """
        found = next((copied for copied in self.databases if copied.name == name), None)
        if found is None:
            raise click.ClickException(f"the backup holds no {name}: {', '.join(it.name for it in self.databases)}")
        return found


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
        if digest_of(place / copied.file_name) != copied.sha256:
            raise click.ClickException(f"{copied.file_name} in {place} is damaged: its digest is not the manifest's")
    return manifest


def make_place(place: Path) -> None:
    """Make the folder of copies, which is its owner's alone."""
    place.mkdir(parents=True)
    place.chmod(0o700)


def write_manifest(place: Path, manifest: Manifest) -> None:
    """Write the manifest, once everything else is there."""
    write_durably(place / "manifest.json", json.dumps(asdict(manifest), indent=1).encode())


def copied(file: Path, name: str, extent: tuple[int, str] | None) -> Copied:
    """Describe a copy that was made, once it is on the disk. `extent` is where an event store stood."""
    sync(file)
    position, incarnation = extent or (None, None)
    return Copied(
        name=name,
        sha256=digest_of(file),
        size_bytes=file.stat().st_size,
        position=position,
        incarnation=incarnation,
        file=file.name,
    )


def extent_of(url: str) -> tuple[int, str]:
    """Say how far an event store goes, and which life of it this is."""
    engine = open_database(url, read_only=True)
    store = open_event_store(engine)
    try:
        return store.last_position(), str(store.incarnation())
    finally:
        store.close()
        engine.dispose()


def digest_of(file: Path) -> str:
    """Digest a file; `missing` for one that is not there."""
    if not file.exists():
        return "missing"
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_durably(file: Path, body: bytes) -> None:
    """Write a file so that a power cut leaves it."""
    file.write_bytes(body)
    sync(file)
    sync(file.parent)


def sync(path: Path) -> None:
    """Have the disk take what was written to a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
