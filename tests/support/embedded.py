"""The one-machine profile as it is started by hand: `cchc up` on a folder of its own, and its command line."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from cchc.data_folder import DataFolder
from cchc.demonstration.tablet import Tablet
from cchc.internal_client import InternalClient
from services.chassis.clock import Clock, SystemClock, monotonic
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from tests.chaos.pause import wait_for_nobody
from tests.chaos.processes import Process, descendants, send
from tests.support.servers.ports import eventually
from tests.support.starting import up

STORES = ("survey", "gateway", "tasks", "indicators", "folder")


class Instance:
    """One `cchc up`, and everything that is asked of it while it runs or lies still."""

    def __init__(self, place: Path, variables: Mapping[str, str] | None = None) -> None:
        self.data = DataFolder(place / "var")
        self._log = place / "up.log"
        self._tablets: list[Tablet] = []
        self.process = Process("up", up(self.data), {"CCHC_LOG_LEVEL": "warning", **(variables or {})}, self._log)

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        self._log.unlink(missing_ok=True)
        self.process.start()
        eventually(self._says_ready, seconds=90)

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.stop()

    def close(self) -> None:
        """End it and its tablets."""
        self.stop()
        for tablet in self._tablets:
            tablet.http.close()

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()

    def kill_supervisor(self) -> list[int]:
        """Kill only the process that was started; give those that it has left behind."""
        orphans = descendants(self.process.pid)
        send(self.process.pid, signal.SIGKILL)
        eventually(lambda: not self.process.alive())
        return orphans

    def printed(self, label: str) -> str:
        """Give the address that it printed behind a label, such as `Kiosk`."""
        found = re.search(rf"^  {re.escape(label)} +(http\S+)$", self._log.read_text(), re.MULTILINE)
        assert found, f"nothing was printed for {label}"
        return found.group(1)

    @property
    def log(self) -> str:
        """Everything that it has written to its terminal."""
        return self._log.read_text()

    @property
    def url(self) -> str:
        """The one door."""
        return InternalClient(self.data).public_url

    def ask(self, *arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line on its folder, or on another one."""
        command = [sys.executable, "-m", "cchc.main", *arguments, "--data", str(data or self.data.root)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def told(self, *arguments: str, data: Path | None = None) -> Any:
        """Run a command that has to succeed and answers in JSON."""
        done = self.ask(*arguments, "--json", data=data)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def pair(self, counter_id: str, *, seed: int | None = None) -> Tablet:
        """Pair a simulated tablet at a counter."""
        code = InternalClient(self.data).web(
            "POST", "/api/survey/v1/devices/pairing-codes", {"counter_id": counter_id}
        )["code"]
        self._tablets.append(Tablet.pair(self.url, code, seed=seed))
        return self._tablets[-1]

    def statuses(self) -> list[dict[str, Any]]:
        """Say how every read model stands."""
        return list(InternalClient(self.data).worker("GET", "/control/projections"))

    def behind(self) -> list[str]:
        """Say which read models have something left to do."""
        return [str(it) for it in self.statuses() if not it["ready"] or it["lag_messages"]]

    def wait_until_caught_up(self) -> None:
        """Wait until every read model has read everything."""
        wait_for_nobody(self.behind, seconds=60)

    def wait_until_quiet(self, seconds: float = 2.5) -> None:
        """Wait until nothing was recorded for a while (a tablet's last state follows a second later), and all is read."""
        seen, since = self.positions(), monotonic()

        def is_quiet() -> bool:
            nonlocal seen, since
            if (now := self.positions()) != seen:
                seen, since = now, monotonic()
            return monotonic() - since > seconds

        eventually(is_quiet, seconds=30)
        self.wait_until_caught_up()

    def positions(self) -> dict[str, int]:
        """Say how far each store has come."""
        found = {}
        for name, store in self.stores().items():
            found[name] = store.last_position()
            store.close()
        return found

    def survey_store(self) -> EventStore:
        return self._store("survey")

    def stores(self) -> dict[str, EventStore]:
        return {name: self._store(name) for name in STORES}

    def folder_engine(self) -> Engine:
        return open_database(f"sqlite:///{self.data.database('folder')}", read_only=True)

    def gateway_engine(self) -> Engine:
        """Open the portal's read models."""
        return open_database(f"sqlite:///{self.data.database('read_gateway')}", read_only=True)

    def clock(self) -> Clock:
        """Give the clock of its business days."""
        return SystemClock(self.data.tenant().shift)

    def verify(self) -> list[str]:
        """Say what the product itself finds wrong with its rows."""
        done = self.ask("verify", "--json")
        return [str(found) for store in json.loads(done.stdout)["stores"] for found in store["found"]]

    def _store(self, name: str) -> EventStore:
        return open_event_store(open_database(f"sqlite:///{self.data.database(name)}", read_only=True))

    def _says_ready(self) -> bool:
        assert self.process.alive(), self.log
        return "Ready" in self.log


@contextmanager
def an_instance(place: Path, variables: Mapping[str, str] | None = None) -> Iterator[Instance]:
    """Start an instance, and leave nothing of it behind."""
    made = Instance(place, variables)
    try:
        made.start()
        yield made
    finally:
        made.close()
        shutil.rmtree(place, ignore_errors=True)
