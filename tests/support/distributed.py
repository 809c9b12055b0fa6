"""The distributed profile as it is started by hand: `cchc up --profile distributed` against servers of its own."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from cchc.data_folder import DataFolder
from cchc.demonstration.tablet import Tablet
from cchc.environment import environment_of
from cchc.internal_client import InternalClient
from cchc.servers import database_urls, database_variables
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from tests.chaos.processes import Process, children, command_of, send
from tests.support.servers.kafka import QUICK_TO_START, KafkaServer, local_kafka
from tests.support.servers.ports import eventually
from tests.support.servers.postgres import Databases, postgres_server
from tests.support.starting import up


class Fleet:
    """One `cchc up` of every process, and everything that is asked of it."""

    def __init__(self, place: Path, databases: Databases, kafka: KafkaServer) -> None:
        self.data = DataFolder(place / "var")
        self.data.root.mkdir(parents=True)
        lines = [f"{variable}={databases.create()}" for variable in database_variables().values()]
        self.data.settings_file.write_text("\n".join([*lines, f"CCHC_KAFKA={kafka.bootstrap}", ""]))
        self.kafka = kafka
        self._log = place / "up.log"
        told = {"CCHC_LOG_LEVEL": "warning", "WEB_CONCURRENCY": "1"}
        self.process = Process("up", up(self.data, "--profile", "distributed"), told, self._log)

    def start(self) -> None:
        """Start it and wait until every process is ready."""
        self._log.unlink(missing_ok=True)
        self.process.start()
        eventually(self._says_ready, seconds=600, every=0.2)

    def stop(self) -> None:
        """End it as Ctrl-C does, and wait until all of its processes are gone."""
        send(self.process.pid, signal.SIGINT)
        eventually(lambda: not self.process.alive(), seconds=120, every=0.1)

    def kill_supervisor(self) -> None:
        """Kill only the process that was started."""
        send(self.process.pid, signal.SIGKILL)
        eventually(lambda: not self.process.alive())

    @property
    def url(self) -> str:
        """The one door."""
        return InternalClient(self.data).public_url

    def printed(self, label: str) -> str:
        """Give the address that it printed behind a label, such as `Kiosk`."""
        found = re.search(rf"^  {re.escape(label)} +(http\S+)$", self._log.read_text(), re.MULTILINE)
        assert found, f"nothing was printed for {label}"
        return found.group(1)

    def ask(self, *arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line on its folder, or on another one."""
        command = [sys.executable, "-m", "cchc.main", *arguments, "--data", str(data or self.data.root)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)

    def told(self, *arguments: str, data: Path | None = None) -> Any:
        """Run a command that has to succeed and answers in JSON."""
        done = self.ask(*arguments, "--json", data=data)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def pids(self) -> dict[str, int]:
        """Give the process id of every child that runs, by its command's end."""
        return {command_of(pid).strip(): pid for pid in children(self.process.pid)}

    def pid_of(self, *words: str) -> int:
        """Give the process whose command names all of these, 0 while there is none."""
        return next((pid for command, pid in self.pids().items() if all(word in command for word in words)), 0)

    def pair(self, counter_id: str, *, seed: int | None = None) -> Tablet:
        """Pair a simulated tablet at a counter."""
        code = InternalClient(self.data).web(
            "POST", "/api/survey/v1/devices/pairing-codes", {"counter_id": counter_id}
        )["code"]
        return Tablet.pair(self.url, code, seed=seed)

    def client(self) -> httpx.Client:
        """Give what asks at the door as the command line's own client."""
        headers = {"Authorization": f"Bearer {InternalClient(self.data).access_token()}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def store(self, name: str) -> EventStore:
        """Open an event store for reading."""
        return open_event_store(open_database(database_urls(environment_of(self.data))[name]))

    def _says_ready(self) -> bool:
        log = self._log.read_text()
        assert self.process.alive(), log
        assert "not ready:" not in log, log
        return "Ready" in log


@contextmanager
def a_fleet(
    place: Path, prepare: Callable[[DataFolder], None] | None = None, *, java: Sequence[str] = QUICK_TO_START
) -> Iterator[Fleet]:
    """Start servers and every process, in a folder that may be prepared before, and leave nothing of them behind."""
    with local_kafka(java) as kafka, postgres_server() as server:
        fleet = Fleet(place, Databases(server), kafka)
        try:
            if prepare is not None:
                prepare(fleet.data)
            fleet.start()
            yield fleet
        finally:
            fleet.process.stop()
