"""A copy of one store's database, and putting it back under everybody's feet."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psycopg
from sqlalchemy import make_url

from cchc.catalog import SERVICES, STORES
from cchc.distributed import tasks_of
from cchc.log_of_outboxes import OWNERS
from cchc.reconcile import reconcile_all
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.event_store.incarnations import begin_incarnation
from services.chassis.event_store.opening import open_event_store
from services.chassis.ids import new_id
from services.chassis.projector import Projector
from tests.chaos.judge_figures import FIGURE_EVENTS
from tests.chaos.reading import events_of
from tests.support.servers.ports import eventually
from tests.support.servers.postgres import local_binaries

if TYPE_CHECKING:
    from tests.chaos.distributed import DistributedWorld

WORKERS = tuple(f"{name} worker" for name in SERVICES)


@dataclass(frozen=True)
class PostgresBackup:
    """`position` is one that the copy surely holds: it was read before the copy began."""

    name: str
    url: str
    file: Path
    position: int

    @classmethod
    def of(cls, name: str, url: str, folder: Path) -> Self:
        """Copy a database while it runs."""
        engine = open_database(url)
        position = open_event_store(engine).last_position()
        engine.dispose()
        file = folder / f"{name}-{new_id()}.dump"
        program("pg_dump", "--format=custom", f"--file={file}", url)
        return cls(name, url, file, position)

    def put_back(self, world: "DistributedWorld") -> None:
        """Restore one store's database, begin its new life, and reconcile the readers of all."""
        owner = STORES[self.name]
        own = [process for process in world.processes if process.startswith((f"{self.name} ", f"{owner} "))]
        world.rest(*{*own, *WORKERS})
        if self.name == "folder":
            world.lost_lanes.append(events_of(world.stores()["folder"], FIGURE_EVENTS))
        self._replace()
        world.wake(f"{self.name} relay")
        eventually(lambda: world.relayed(self.name), seconds=60, every=0.2)
        for name in SERVICES:
            projectors = [task for task in tasks_of(name, world.env) if isinstance(task, Projector)]
            reconcile_all(projectors, said=lambda _line: None)
        world.wake(*own, *WORKERS)

    def _replace(self) -> None:
        name = make_url(self.url).database
        server = make_url(self.url).set(database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        program("pg_restore", f"--dbname={self.url}", str(self.file))
        engine = open_database(self.url)
        topics = [topic for topic, writer in OWNERS.items() if writer == self.name]
        source = f"/cchc/thang-binh/{STORES[self.name]}"
        with engine.begin() as connection:
            begin_incarnation(connection, new=new_id(), now=SystemClock().now(), source=source, topics=topics)
        engine.dispose()


def program(name: str, *arguments: str) -> None:
    binaries = local_binaries()
    assert binaries is not None
    subprocess.run([binaries / name, *arguments], check=True, capture_output=True)
