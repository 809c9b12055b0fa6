"""The distributed profile as a world: PostgreSQL, Kafka, gunicorn, and a worker and a relay per service."""

import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random

import httpx
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from cchc.data_folder import DEFAULT_PACK
from cchc.distributed import SERVICES
from cchc.init import read_pack
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.projector.status import read_statuses
from services.chassis.seals import Seals, verify
from services.chassis.settings import Environment
from services.gateway import bootstrap as gateway
from services.survey import bootstrap as survey
from services.survey.handlers.pack import load_pack
from tests.chaos.pause import pause, wait_for_nobody
from tests.chaos.postgres_backup import PostgresBackup
from tests.chaos.processes import Process
from tests.chaos.world import Hurt
from tests.support.servers.kafka import local_kafka
from tests.support.servers.ports import eventually, free_port
from tests.support.servers.postgres import Databases, postgres_server

KEEP_EVERY_SECONDS = 0.3


class DistributedWorld:
    """Seven processes of ours, and two servers of others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._servers = ExitStack()
        self.kafka = self._servers.enter_context(local_kafka())
        self.postgres = self._servers.enter_context(postgres_server())
        databases = Databases(self.postgres)
        self.urls = {name: databases.create() for name in SERVICES}
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.processes = self._processes()
        self._resting: set[str] = set()
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._backup: PostgresBackup | None = None

    @property
    def variables(self) -> dict[str, str]:
        return {
            **{f"CCHC_{name.upper()}_DATABASE": url for name, url in self.urls.items()},
            "CCHC_PROFILE": "distributed",
            "CCHC_DATA": str(self.folder),
            "CCHC_TENANT": "thang-binh",
            "CCHC_PACK": str(DEFAULT_PACK),
            "CCHC_KAFKA": self.kafka.bootstrap,
            "CCHC_LOG_LEVEL": "warning",
        }

    @property
    def env(self) -> Environment:
        return Environment(self.variables)

    def start(self) -> None:
        self._load()
        for process in self.processes.values():
            process.start()
        self._keeper.start()
        eventually(self._ready, seconds=90)

    def stop(self) -> None:
        self._closing.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for process in self.processes.values():
            process.kill()

    def close(self) -> None:
        self.stop()
        self._servers.close()

    def pairing_code(self, counter_id: str) -> str:
        service = survey.build(SERVICES["survey"].settings(self.env))
        try:
            return service.devices.issue_code(counter_id, at=SystemClock().now()).code
        finally:
            service.close()

    def hurts(self) -> Sequence[tuple[str, Hurt]]:
        kills = tuple((f"kill {name}", self._killing(name)) for name in self.processes)
        return (
            *kills,
            ("kill the broker", self._kill_broker),
            ("freeze the broker", self._freeze_broker),
            ("kill the database server", self._kill_postgres),
            ("freeze the relay until another leads", self._zombie_relay),
            ("back up", self._make_backup),
            ("restore an older backup", self._restore),
        )

    def wait_until_caught_up(self) -> None:
        wait_for_nobody(self.behind, seconds=180)
        # What the last reader published may have more readers.
        wait_for_nobody(self.behind, seconds=60)

    def survey_store(self) -> EventStore:
        return self._store("survey")

    def folder_engine(self) -> Engine:
        return open_database(self.urls["indicators"])

    def stores(self) -> dict[str, EventStore]:
        names = {"survey": "survey", "gateway": "gateway", "folder": "indicators"}
        return {name: self._store(service) for name, service in names.items()}

    def verify(self) -> list[str]:
        found = []
        for name, url in self.urls.items():
            engine = open_database(url)
            found += [
                str(problem) for problem in verify(open_event_store(engine), Seals(engine, store_name=name)).found
            ]
        return found

    def rest(self, *names: str) -> None:
        """Stop processes in good order and leave them stopped."""
        self._resting.update(names)
        for name in names:
            self.processes[name].stop()

    def wake(self, *names: str) -> None:
        """Let them run again."""
        self._resting.difference_update(names)

    def relayed(self, name: str) -> bool:
        """Say whether a service's whole outbox is in the log."""
        engine = open_database(self.urls[name])
        with suppress(SQLAlchemyError), engine.connect() as connection:
            cursor = connection.execute(text("SELECT coalesce(max(position), 0) FROM relay_cursor")).scalar_one()
            end = connection.execute(text("SELECT coalesce(max(position), 0) FROM outbox")).scalar_one()
            engine.dispose()
            return bool(cursor >= end)
        return False

    def _processes(self) -> dict[str, Process]:
        python = sys.executable
        web = [python, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8", "-b", f"127.0.0.1:{self.port}"]
        made = {"survey web": [*web, "services.survey.app:create_app()"]}
        for name in SERVICES:
            made[f"{name} worker"] = [python, "-m", "cchc.distributed", "worker", name]
            made[f"{name} relay"] = [python, "-m", "cchc.distributed", "relay", name]
        return {
            name: Process(name, command, self.variables, self.folder / f"{name.replace(' ', '-')}.log")
            for name, command in made.items()
        }

    def _load(self) -> None:
        for service in SERVICES.values():
            service.migrate(service.settings(self.env))
        parts = read_pack(DEFAULT_PACK)
        people = gateway.build(SERVICES["gateway"].settings(self.env))
        gateway.load_pack(people, parts)
        people.close()
        counters = survey.build(SERVICES["survey"].settings(self.env))
        load_pack(counters, parts)
        counters.close()

    def _keep(self) -> None:
        while not self._closing.wait(KEEP_EVERY_SECONDS):
            for name, process in self.processes.items():
                if name not in self._resting and not process.alive():
                    process.start()

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.base_url}/readyz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def behind(self) -> list[str]:
        """Say which relays and readers have something left to do."""
        relays = [f"{name} relay" for name in SERVICES if not self.relayed(name)]
        return relays + [line for name in SERVICES for line in self._unread(name)]

    def _unread(self, name: str) -> list[str]:
        engine = open_database(self.urls[name])
        try:
            with engine.connect() as connection:
                statuses = read_statuses(connection, SystemClock().now())
        except SQLAlchemyError as error:
            return [f"{name}: {error}"]
        finally:
            engine.dispose()
        return [str(it) for it in statuses if not it.ready or it.state != "running" or it.lag_messages]

    def _store(self, name: str) -> EventStore:
        return open_event_store(open_database(self.urls[name]))

    def _killing(self, name: str) -> Hurt:
        return lambda _random: self.processes[name].kill()

    def _kill_broker(self, random: Random) -> None:
        self.kafka.kill()
        pause(random.uniform(0.2, 2.0))
        self.kafka.restart()

    def _freeze_broker(self, random: Random) -> None:
        self.kafka.freeze()
        pause(random.uniform(1.0, 15.0))
        self.kafka.thaw()

    def _kill_postgres(self, random: Random) -> None:
        self.postgres.kill()
        pause(random.uniform(0.1, 1.0))
        self.postgres.restart()

    def _zombie_relay(self, random: Random) -> None:
        first = self.processes["survey relay"]
        first.freeze()
        self.processes["survey relay"] = self._processes()["survey relay"]
        self.processes["survey relay"].start()
        pause(random.uniform(11.0, 13.0))
        first.thaw()
        pause(2.0)
        first.kill()

    def _make_backup(self, _random: Random) -> None:
        backup = PostgresBackup.of(self.urls["survey"], self.folder)
        service = survey.build(SERVICES["survey"].settings(self.env))
        try:
            service.mark_backed_up(backup.position)
        finally:
            service.close()
        self._backup = backup

    def _restore(self, random: Random) -> None:
        if self._backup is None:
            self._make_backup(random)
            pause(2.0)
        if self._backup is not None:
            self._backup.put_back(self)
