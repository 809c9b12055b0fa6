"""A project of containers of its own: its secrets, its port, its volumes; nothing of it stays."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx

from services.chassis.clock import SystemClock
from services.chassis.identity.clients import INTERNAL_CLIENT, client_credentials_form
from tests.support.servers.ports import eventually, free_port

ROOT = Path(__file__).parents[2]
SERVERS = {"postgres", "kafka"}
"""Their first process ends with none of its children, and no engine starts again what `docker kill` has ended."""
TOKEN_PATH = "/api/directory/v1/token"


class Stack:
    """Every container, and what is asked of them through the door or from inside."""

    def __init__(self, place: Path) -> None:
        self._secrets, port = place / "secrets.env", free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._env = {**os.environ, "PORT": str(port), "CCHC_PUBLIC_URL": self.url}  # noqa: TID251 - passed on
        self._project = f"cchc-test-{os.getpid()}"

    def up(self) -> None:
        subprocess.run([ROOT / "infra" / "secrets.sh", self._secrets], check=True)
        done = self.compose("up", "-d", "--wait", "--wait-timeout", "300", check=False)
        assert done.returncode == 0, (
            done.stderr[-3000:] + self.compose("logs", "--tail", "8", check=False).stdout[-6000:]
        )

    def down(self) -> None:
        self.compose("down", "-v", "-t", "5", check=False)

    def compose(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = ["docker", "compose", "-p", self._project, "--env-file", str(self._secrets), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self._env, capture_output=True, text=True, check=False, timeout=420
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stderr}{done.stdout}"
        return done

    def cchc(self, *arguments: str) -> str:
        """Run a command of the command line inside."""
        return self.compose("exec", "-T", "survey-web", "cchc", *arguments).stdout

    def kill(self, service: str) -> None:
        """End every process of a container at once, and see it back: by its restart policy, where it is one of ours."""
        if service in SERVERS:
            self.compose("kill", "-s", "KILL", service)
            self.compose("up", "-d", "--no-deps", "--wait", service)
            return
        before = self.restarts(service)
        self.compose("exec", "-T", service, "python", "-c", "import os; os.kill(-1, 9)", check=False)
        eventually(lambda: self.restarts(service) > before, seconds=60, every=0.3)

    def restarts(self, service: str) -> int:
        container = self.compose("ps", "-aq", service).stdout.split()[0]
        told = subprocess.run(
            ["docker", "inspect", "-f", "{{.RestartCount}}", container],
            env=self._env,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(told.stdout)

    def client(self, *, key: dict[str, Any] | None = None, client_id: str = INTERNAL_CLIENT) -> httpx.Client:
        """Sign in at the door as a client of the API, by a key, and give what asks as that client."""
        key = key or json.loads(self.compose("exec", "-T", "gateway-web", "cat", "/data/keys/cchc-internal.jwk").stdout)
        form = client_credentials_form(key, client_id=client_id, audience=TOKEN_PATH, clock=SystemClock())
        answer = httpx.post(self.url + TOKEN_PATH, data=form, timeout=30).raise_for_status()
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def taps(self, device_id: str) -> int:
        """Count the ballots of a tablet in the store itself."""
        query = f"SELECT count(*) FROM events WHERE stream = 'ballots-{device_id}' AND type LIKE 'survey.ballot_cast%'"
        return int(self.compose("exec", "-T", "postgres", "psql", "-U", "postgres", "-Atc", query, "survey").stdout)
