"""The worker's schedule: each minute it tells the service, over HTTP and as anybody would, to record what is due."""

import threading
from pathlib import Path

import httpx

from services.chassis.clock import Clock, rfc3339
from services.chassis.identity.clients import INTERNAL_CLIENT, client_credentials_form
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.logging import get_logger

RUNS = "/api/tasks/v1/schedule-runs"
TOKENS = "/api/directory/v1/token"
EVERY_SECONDS = 60.0
AGAIN_SECONDS = 2.0
"""After a failure it tries again sooner: services may be starting."""
TIMEOUT_SECONDS = 60.0

_log = get_logger()


class Schedule:
    """Sends the command on and on. What it sends twice, or after a pause, or with a clock that jumped, does no harm."""

    name = "tasks_schedule"

    def __init__(self, door_url: str, gateway_url: str, key_file: Path, *, clock: Clock) -> None:
        """Send to the service behind `door_url`, with tokens of the gateway."""
        self._door = door_url.rstrip("/")
        self._gateway = gateway_url.rstrip("/")
        self._key_file = key_file
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop."""
        pause = 0.0
        while not stop.wait(pause):
            pause = EVERY_SECONDS if self.run_once() else AGAIN_SECONDS

    def run_once(self) -> bool:
        """Send once; say whether it was done."""
        try:
            with httpx.Client(timeout=TIMEOUT_SECONDS) as http:
                token = self._token(http)
                answer = http.post(
                    f"{self._door}{RUNS}",
                    json={"at": rfc3339(self._clock.business_now())},
                    headers={"Authorization": f"Bearer {token}"},
                )
                answer.raise_for_status()
        except (httpx.HTTPError, KeyError, ValueError, OSError) as error:
            _log.warning("schedule_not_run", because=str(error))
            return False
        return True

    def _token(self, http: httpx.Client) -> str:
        key = load_or_create_signing_key(self._key_file)
        form = client_credentials_form(key, client_id=INTERNAL_CLIENT, audience=TOKENS, clock=self._clock)
        answer = http.post(f"{self._gateway}{TOKENS}", data=form)
        answer.raise_for_status()
        return str(answer.json()["access_token"])
