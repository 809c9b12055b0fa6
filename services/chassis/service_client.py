"""Asking another service over HTTP: across a network, or in this process and thread; who asks does not know which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import msgspec
from flask import Flask

from services.chassis.domain import Unavailable

_PATIENCE_SECONDS = 10.0
_HERE = "http://localhost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a service said. `body` is decoded JSON, the bytes of anything else, or `None` for nothing."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def went_well(self) -> bool:
        """Say whether the service did what it was asked for."""
        return 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file on its way to a service."""

    name: str
    content: bytes
    media_type: str


class ServiceClient(Protocol):
    """The way to one service. Threads may share it."""

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request and give the answer, whatever its status.

        Raises:
            Unavailable: Nobody answered.
        """

    def send_file(self, path: str, *, token: str | None, fields: Mapping[str, str], file: Upload) -> Answer:
        """Post a file, as a form of a page does, in the field `file` beside other fields.

        Raises:
            Unavailable: Nobody answered.
        """

    def close(self) -> None:
        """Give connections back."""


class _Asking:
    """What both ways share; they differ in their transport."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request; see `ServiceClient.ask`."""
        sent = {**(headers or {}), **_bearing(token)}
        body = None if json is None else msgspec.json.encode(json, enc_hook=str)
        if body is not None:
            sent["Content-Type"] = "application/json"
        return self._send(self._client.build_request(method, path, content=body, params=query, headers=sent))

    def send_file(self, path: str, *, token: str | None, fields: Mapping[str, str], file: Upload) -> Answer:
        """Post a file; see `ServiceClient.send_file`."""
        parts = {"file": (file.name, file.content, file.media_type)}
        return self._send(
            self._client.build_request("POST", path, data=dict(fields), files=parts, headers=_bearing(token))
        )

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _send(self, request: httpx.Request) -> Answer:
        try:
            answer = self._client.send(request)
        except httpx.HTTPError as error:
            raise Unavailable(f"{request.url.path} is not answered") from error
        return Answer(status=answer.status_code, body=_decoded(answer), headers=answer.headers)


class WsgiClient(_Asking):
    """Calls an app of this process in the caller's own thread: HTTP to oneself would wait for the threads it holds."""

    def __init__(self, app: Flask) -> None:
        """Ask `app`."""
        transport = httpx.WSGITransport(app=app, raise_app_exceptions=False)
        super().__init__(httpx.Client(transport=transport, base_url=_HERE))


class HttpClient(_Asking):
    """Asks a service at its address."""

    def __init__(self, base_url: str, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        """Ask the service at `base_url`, and wait so long for an answer."""
        super().__init__(httpx.Client(base_url=base_url, timeout=patience_seconds))


def _bearing(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _decoded(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind != "application/json" and not kind.endswith("+json"):
        return answer.content
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        raise Unavailable("the answer cannot be read") from None
