"""The embedded profile as a world: `cchc up` on a folder of its own."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from cchc.data_folder import DataFolder
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from tests.chaos.judge_figures import FIGURE_EVENTS
from tests.chaos.pause import pause, wait_for_nobody
from tests.chaos.processes import Process, children, command_of, send
from tests.chaos.reading import events_of
from tests.chaos.unread import unread
from tests.chaos.world import Hurt
from tests.support.servers.ports import eventually, free_port
from tests.support.starting import up

if TYPE_CHECKING:
    from services.chassis.envelope import CloudEvent

STORES = ("survey", "gateway", "tasks", "indicators", "folder")
READ_MODELS = {"survey": "read_survey", "gateway": "read_gateway", "indicators": "read_indicators", "folder": "folder"}


class EmbeddedWorld:
    """One machine, two processes under a supervisor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = DataFolder(folder / "var")
        self.port = free_port()
        self.base_url = self.portal_url = self.streams_url = f"http://127.0.0.1:{self.port}"
        self.lost_lanes: list[list[CloudEvent]] = []
        self._up = self._make()
        self._backup: Path | None = None

    def _make(self) -> Process:
        return Process("up", up(self.data, port=self.port), {"CCHC_LOG_LEVEL": "warning"}, self.folder / "up.log")

    def start(self) -> None:
        self._up.start()
        eventually(self._ready, seconds=90)

    def stop(self) -> None:
        self._up.stop()

    def close(self) -> None:
        self.stop()

    def pairing_code(self, counter_id: str) -> str:
        return str(json.loads(self._cchc("devices", "code", "--counter", counter_id, "--json"))["code"])

    def hurts(self) -> Sequence[tuple[str, Hurt]]:
        return (
            ("kill web", lambda _: self._hit("web", signal.SIGKILL)),
            ("kill worker", lambda _: self._hit("worker", signal.SIGKILL)),
            ("kill everything", self._kill_everything),
            ("freeze web", lambda random: self._freeze("web", random)),
            ("freeze worker", lambda random: self._freeze("worker", random)),
            ("rebuild the folder", self._rebuild),
            ("back up", self._make_backup),
            ("restore an older backup", self._restoring()),
            *((f"restore an older {name}", self._restoring(name)) for name in STORES),
        )

    def wait_until_caught_up(self) -> None:
        wait_for_nobody(self.behind, seconds=180)

    def folder_engine(self) -> Engine:
        return open_database(f"sqlite:///{self.data.database('folder')}", read_only=True)

    def gateway_engine(self) -> Engine:
        return open_database(f"sqlite:///{self.data.database('read_gateway')}", read_only=True)

    def clock(self) -> Clock:
        return SystemClock(self.data.tenant().shift)

    def stores(self) -> dict[str, EventStore]:
        return {name: self._store(name) for name in STORES}

    def verify(self) -> list[str]:
        done = subprocess.run(self._command("verify", "--json"), capture_output=True, text=True, check=False)
        return [str(found) for store in json.loads(done.stdout)["stores"] for found in store["found"]]

    def _store(self, name: str) -> EventStore:
        return open_event_store(open_database(f"sqlite:///{self.data.database(name)}", read_only=True))

    def _ready(self) -> bool:
        if not self.data.running.exists():
            return False
        running = json.loads(self.data.running.read_text())
        try:
            ports = (running["internal_port"], running["worker_port"])
            return all(httpx.get(f"http://127.0.0.1:{port}/livez", timeout=2).is_success for port in ports)
        except httpx.HTTPError:
            return False

    def behind(self) -> list[str]:
        """Say which readers have something left to do."""
        try:
            return [line for name, file in READ_MODELS.items() for line in self._unread(name, file)]
        except (SQLAlchemyError, Unavailable) as error:
            return [str(error)]

    def _unread(self, service: str, file: str) -> list[str]:
        readers = open_database(f"sqlite:///{self.data.database(file)}", read_only=True)
        return unread(readers, service, self.stores())

    def _hit(self, name: str, number: signal.Signals) -> None:
        for pid in children(self._up.pid):
            if command_of(pid).rstrip().endswith(f"cchc.embedded {name}"):
                send(pid, number)

    def _freeze(self, name: str, random: Random) -> None:
        self._hit(name, signal.SIGSTOP)
        pause(random.uniform(0.5, 3.0))
        self._hit(name, signal.SIGCONT)

    def _kill_everything(self, _random: Random) -> None:
        self._up.kill()
        self._up = self._make()
        self.start()

    def _rebuild(self, _random: Random) -> None:
        subprocess.run(self._command("projections", "rebuild", "folder"), capture_output=True, check=False)

    def _make_backup(self, _random: Random) -> None:
        done = subprocess.run(self._command("backup", "--json"), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            self._backup = Path(json.loads(done.stdout)["folder"])

    def _restoring(self, *names: str) -> Hurt:
        return lambda random: self._restore(random, names)

    def _restore(self, random: Random, names: Sequence[str]) -> None:
        """Put some stores back, or, none named, those that `cchc restore` puts back by itself."""
        if self._backup is None:
            self._make_backup(random)
            pause(random.uniform(1.0, 3.0))
        if self._backup is None:
            return
        self._up.kill()
        self.data.running.unlink(missing_ok=True)
        if "folder" in names:
            self.lost_lanes.append(events_of(self._store("folder"), FIGURE_EVENTS))
        only = [word for name in names for word in ("--only", name)]
        self._cchc("restore", str(self._backup), *only)
        self._cchc("reconcile")
        shutil.rmtree(self.data.root / "replaced")
        self._up = self._make()
        self.start()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "cchc.main", *arguments, "--data", str(self.data.root)]

    def _cchc(self, *arguments: str) -> str:
        return subprocess.run(self._command(*arguments), capture_output=True, text=True, check=True).stdout
