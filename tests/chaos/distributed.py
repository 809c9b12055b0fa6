"""The distributed profile as a world: PostgreSQL, Kafka, gunicorn, and a worker and a relay per service."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from cchc.catalog import SERVICES, STORES
from cchc.data_folder import DEFAULT_PACK
from cchc.init import load_services
from cchc.pack_check import read_pack
from cchc.processes import DOOR, STREAMS, Plan, command_of, plans
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.seals import Seals, verify
from services.chassis.settings import Environment
from services.survey import bootstrap as survey
from tests.chaos.pause import pause, wait_for_nobody
from tests.chaos.postgres_backup import PostgresBackup
from tests.chaos.processes import Process
from tests.chaos.unread import unread
from tests.chaos.world import Hurt
from tests.support.servers.kafka import local_kafka
from tests.support.servers.ports import free_port
from tests.support.servers.postgres import Databases, postgres_server

if TYPE_CHECKING:
    from services.chassis.envelope import CloudEvent

KEEP_EVERY_SECONDS = 0.3
BUSY = ("survey web", "gateway web")


class DistributedWorld:
    """Every process of ours, and two servers of others. Each store has backups of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._servers = ExitStack()
        self.kafka = self._servers.enter_context(local_kafka())
        self.postgres = self._servers.enter_context(postgres_server())
        databases = Databases(self.postgres)
        self.urls = {name: databases.create() for name in STORES}
        self.ports = {name: free_port() for name in (*SERVICES, "streams")}
        self.base_url, self.portal_url, self.streams_url = (
            f"http://127.0.0.1:{self.ports[name]}" for name in ("survey", "gateway", "streams")
        )
        self.lost_lanes: list[list[CloudEvent]] = []
        self.processes = self._processes()
        self._resting: set[str] = set()
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._backups: dict[str, PostgresBackup] = {}

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
            # There is no door here: what knocks at one asks the services themselves.
            "CCHC_DOOR_URL": f"http://127.0.0.1:{self.ports['tasks']}",
            "CCHC_GATEWAY_URL": self.portal_url,
        }

    @property
    def env(self) -> Environment:
        return Environment(self.variables)

    def start(self) -> None:
        self._load()
        for process in self.processes.values():
            process.start()
        self._keeper.start()
        wait_for_nobody(self._unready, seconds=240)

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
            *((f"back up {name}", self._backing_up(name)) for name in STORES),
            *((f"restore an older {name}", self._restoring(name)) for name in STORES),
        )

    def wait_until_caught_up(self) -> None:
        wait_for_nobody(self.behind, seconds=180)
        # What the last reader published may have more readers.
        wait_for_nobody(self.behind, seconds=60)

    def folder_engine(self) -> Engine:
        return open_database(self.urls["folder"])

    def gateway_engine(self) -> Engine:
        return open_database(self.urls["gateway"])

    def clock(self) -> Clock:
        return SystemClock()

    def stores(self) -> dict[str, EventStore]:
        return {name: self._store(name) for name in STORES}

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
        """Say whether a store's whole outbox is in the log."""
        engine = open_database(self.urls[name])
        with suppress(SQLAlchemyError), engine.connect() as connection:
            cursor = connection.execute(text("SELECT coalesce(max(position), 0) FROM relay_cursor")).scalar_one()
            end = connection.execute(text("SELECT coalesce(max(position), 0) FROM outbox")).scalar_one()
            engine.dispose()
            return bool(cursor >= end)
        return False

    def _processes(self) -> dict[str, Process]:
        return dict(self._process(plan) for plan in plans() if plan.name != DOOR)

    def _process(self, plan: Plan) -> tuple[str, Process]:
        name = "gateway streams" if plan.name == STREAMS else plan.name.replace("-", " ")
        own = {"PORT": str(self.ports.get(plan.service or plan.name, 0))} if plan.listens else {}
        variables = {**self.variables, **own, "WEB_CONCURRENCY": "2" if name in BUSY else "1"}
        log = self.folder / f"{name.replace(' ', '-')}.log"
        return name, Process(name, command_of(plan.name, variables), variables, log)

    def _load(self) -> None:
        load_services(self.env, read_pack(DEFAULT_PACK))

    def _keep(self) -> None:
        while not self._closing.wait(KEEP_EVERY_SECONDS):
            for name, process in self.processes.items():
                if name not in self._resting and not process.alive():
                    process.start()

    def _unready(self) -> list[str]:
        """Say which web processes may not be sent work yet, and why."""
        return [why for name in SERVICES if (why := self._why_unready(name))]

    def _why_unready(self, name: str) -> str:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.ports[name]}/readyz", timeout=2)
        except httpx.HTTPError as error:
            return f"{name} web: {error!r}"
        return "" if answer.is_success else f"{name} web: {answer.text[:200]}"

    def behind(self) -> list[str]:
        """Say which relays and readers have something left to do."""
        relays = [f"{name} relay" for name in STORES if not self.relayed(name)]
        return relays + [line for name in STORES for line in self._unread(name)]

    def _unread(self, name: str) -> list[str]:
        try:
            return unread(open_database(self.urls[name]), name, self.stores())
        except (SQLAlchemyError, Unavailable) as error:
            return [f"{name}: {error}"]

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

    def _backing_up(self, name: str) -> Hurt:
        return lambda _random: self._back_up(name)

    def _back_up(self, name: str) -> None:
        backup = PostgresBackup.of(name, self.urls[name], self.folder)
        if name == "survey":
            service = survey.build(SERVICES["survey"].settings(self.env))
            try:
                service.mark_backed_up(backup.position)
            finally:
                service.close()
        self._backups[name] = backup

    def _restoring(self, name: str) -> Hurt:
        def restore(random: Random) -> None:
            if name not in self._backups:
                self._back_up(name)
                pause(random.uniform(1.0, 3.0))
            self._backups[name].put_back(self)

        return restore
