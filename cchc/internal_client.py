"""The command line as a client of the running services: finds their port, signs itself in, asks."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click
import httpx

from cchc.data_folder import DataFolder
from cchc.environment import all_variables_of
from services.chassis.clock import SystemClock
from services.chassis.identity.clients import INTERNAL_CLIENT, client_credentials_form
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.settings import DOOR_URL, PUBLIC_URL, environment

TOKEN_PATH = "/api/directory/v1/token"  # noqa: S105 - a path
TIMEOUT_SECONDS = 30.0
AT_ONCE = 100


class NotRunning(click.ClickException):
    """Raised when nothing runs on this folder."""

    def __init__(self) -> None:
        super().__init__("nothing is running on this folder: start it with `cchc up`")


class UnknownThere(click.ClickException):
    """Raised when a worker keeps no projection of that name; another one may."""


class Away(click.ClickException):
    """Raised when a process does not answer; the others may."""


def door_told(folder: DataFolder) -> str:
    """Say where the one door is: by the environment, or the folder's settings where nothing runs here; else nothing."""
    told = environment() if folder.is_running() else _told(folder)
    return told.get(DOOR_URL.name, "").rstrip("/")


class InternalClient:
    """Asks the web process of a folder, or its worker, as the client `cchc-internal`."""

    def __init__(self, folder: DataFolder) -> None:
        """Find the running processes.

        Raises:
            NotRunning: There are none.
        """
        self._door = door_told(folder)
        if not self._door and not folder.is_running():
            raise NotRunning
        self.running: Mapping[str, Any] = {} if self._door else json.loads(folder.running.read_text())
        self._door = self._door or f"http://127.0.0.1:{self.running['port']}"
        self._folder = folder
        self._token: str | None = None

    @property
    def public_url(self) -> str:
        """Where people find the portal: what `CCHC_PUBLIC_URL` says, else this machine."""
        if (told := _told(self._folder).get(PUBLIC_URL.name)) is not None:
            return told.rstrip("/")
        if not self.running:
            return self._door
        host = self.running["host"]
        return f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}:{self.running['port']}"  # noqa: S104 - compared

    def web(self, method: str, path: str, body: object = None) -> Any:
        """Ask the web process; give the decoded answer.

        Raises:
            click.ClickException: It refused, or did not answer.
        """
        return self._ask(f"{self._door}{path}", method, body)

    def web_list(self, path: str) -> Iterator[dict[str, Any]]:
        """Ask the web process for a list, page by page; give every item."""
        asked = f"{path}{'&' if '?' in path else '?'}limit={AT_ONCE}"
        cursor: str | None = ""
        while cursor is not None:
            page = self.web("GET", f"{asked}&cursor={cursor}" if cursor else asked)
            yield from page["items"]
            cursor = page["next"]

    def web_if_unchanged(self, method: str, resource: str, action: str, body: object) -> Any:
        """Read a resource, then act on it as it was read; refused when somebody changed it meanwhile."""
        at = f"{self._door}{resource}"
        tag = self._send(at, "GET", None, {}).headers["ETag"]
        return self._send(at + action, method, body, {"If-Match": tag}).json()

    def worker(self, method: str, path: str, body: object = None) -> Any:
        """Ask the worker that keeps a projection on its internal port, as `web` does; who is away may be another one."""
        unknown: click.ClickException | None = None
        for name, port in self._workers().items():
            try:
                return self._ask_worker(name, method, port, path, body)
            except Away as away:
                unknown = away
            except UnknownThere as elsewhere:
                unknown = unknown or elsewhere
        raise unknown or NotRunning

    def workers(self, path: str) -> list[Any]:
        """Ask every worker for a list, and give what all of them list."""
        return [it for name, port in self._workers().items() for it in self._ask_worker(name, "GET", port, path)]

    def workers_there(self, path: str) -> tuple[list[Any], list[str]]:
        """Ask every worker for a list; give what those list that answer, and say who the others are."""
        self.access_token()  # a door that is away is said once
        found, missing = [], []
        for name, port in self._workers().items():
            try:
                found += self._ask_worker(name, "GET", port, path)
            except Away as away:
                missing.append(away.message)
        return found, missing

    def _ask_worker(self, name: str, method: str, port: int, path: str, body: object = None) -> Any:
        try:
            return self._ask(f"http://127.0.0.1:{port}{path}", method, body)
        except Away as away:
            raise Away(f"{name}: {away.message}") from None

    def _workers(self) -> Mapping[str, int]:
        names = {port: name for name, port in self.running.get("ports", {}).items()}
        return {names.get(port, f"worker at {port}"): port for port in self._worker_ports()}

    def _worker_ports(self) -> list[int]:
        ports = self.running.get("worker_ports") or [self.running.get("worker_port")]
        if ports == [None]:
            raise click.ClickException(
                "the workers' ports are reached on their own machine alone: run this beside them"
            )
        return list(ports)

    def _ask(self, url: str, method: str, body: object) -> Any:
        answer = self._send(url, method, body, {})
        return answer.json() if answer.content else None

    def _send(self, url: str, method: str, body: object, headers: dict[str, str]) -> httpx.Response:
        signed = {"Authorization": f"Bearer {self.access_token()}", **headers}
        try:
            answer = httpx.request(method, url, json=body, headers=signed, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise Away(f"{url} does not answer: {error}") from None
        if answer.is_error:
            refused = UnknownThere if "unknown_projection" in answer.text else click.ClickException
            raise refused(_said(answer))
        return answer

    def access_token(self) -> str:
        """Give a token of the command line's own client; it is fetched once."""
        if self._token is None:
            self._token = self._fetch_token()
        return self._token

    def _fetch_token(self) -> str:
        url = f"{self._door}{TOKEN_PATH}"
        key = load_or_create_signing_key(self._folder.keys / "cchc-internal.jwk")
        form = client_credentials_form(key, client_id=INTERNAL_CLIENT, audience=TOKEN_PATH, clock=SystemClock())
        try:
            answer = httpx.post(url, data=form, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise Away(f"{url} does not answer: {error}; is `cchc up` still starting?") from None
        if answer.is_error:
            raise click.ClickException(_said(answer))
        return str(answer.json()["access_token"])


def _told(folder: DataFolder) -> Mapping[str, str]:
    return all_variables_of(folder) if folder.exists() else environment()


def _said(answer: httpx.Response) -> str:
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return f"{answer.url} is not ready: it is starting, or what it needs is away (`cchc doctor` says what)"
    try:
        problem = answer.json()
        return f"{problem.get('code', answer.status_code)}: {problem.get('detail') or problem.get('title')}"
    except ValueError:
        return f"{answer.status_code} from {answer.url}"
