"""Who acts in the demonstration: programs of units, one-stops, the desk and the chairman, each with a key of its own."""

from collections.abc import Mapping
from typing import Any

import httpx

from cchc.internal_client import TOKEN_PATH
from services.chassis.clock import Clock, monotonic
from services.chassis.identity.clients import client_credentials_form

_RENEW_SECONDS = 480.0
"""Tokens are good for ten minutes."""


class Refused(Exception):  # noqa: N818 - an answer
    """Raised when the product refused what the demonstration asked; says which request and why."""

    def __init__(self, asked: str, answer: httpx.Response) -> None:
        super().__init__(f"{asked}: {answer.status_code} {answer.text[:400]}")
        self.status = answer.status_code


class Actor:
    """A program with a key, which asks the product as its API lets it."""

    def __init__(self, client_id: str, key: Mapping[str, Any], http: httpx.Client, clock: Clock) -> None:
        """Be the client of that id; nothing is asked before the first wish."""
        self.client_id = client_id
        self._key = key
        self._http = http
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0

    def send(self, method: str, path: str, body: object = None) -> Any:
        """Ask; give the decoded answer.

        Raises:
            Refused: The product does not do it.
        """
        headers = {"Authorization": f"Bearer {self._access()}"}
        answer = self._http.request(method, path, json=body, headers=headers)
        if answer.is_error:
            raise Refused(f"{self.client_id} {method} {path}", answer)
        return answer.json() if answer.content else None

    def _access(self) -> str:
        if monotonic() >= self._renew_at:
            self._token = self._fetch_token()
            self._renew_at = monotonic() + _RENEW_SECONDS
        return self._token

    def _fetch_token(self) -> str:
        form = client_credentials_form(self._key, client_id=self.client_id, audience=TOKEN_PATH, clock=self._clock)
        answer = self._http.post(TOKEN_PATH, data=form)
        if answer.is_error:
            raise Refused(f"{self.client_id} POST {TOKEN_PATH}", answer)
        return str(answer.json()["access_token"])
