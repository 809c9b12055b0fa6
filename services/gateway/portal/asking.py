"""How pages ask the other services: with the reader's own token, so that nothing is allowed because the portal asks."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.chassis.clock import monotonic
from services.chassis.domain import NotAllowed, NotFound, Unavailable
from services.chassis.http.refusals import BadRequest
from services.chassis.service_client import Answer, ServiceClient, Upload

_KEPT_SECONDS = 0.5
_MOST_KEPT = 64


class NothingThere(NotFound):
    """Raised when the service behind a page has nothing by that name."""

    code = "page_subject_not_found"
    title = "Không có mục này"


class NotForReader(NotAllowed):
    """Raised when the service behind a page does not show the reader what they asked for."""

    code = "page_subject_refused"
    title = "Bạn không được xem mục này"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why a service refused a wish. `fields` names the wrong fields of the form, each with what is wrong."""

    code: str
    title: str
    params: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


class Asking:
    """Asks one service for one reader; `token` is `None` for somebody who is not signed in.

    What was said to everybody before the page heard of news, as `heard` counts it, is not said again after.
    """

    def __init__(self, client: ServiceClient, token: str | None, kept: "ShortMemory", heard: int = 0) -> None:
        self._client = client
        self._token = token
        self._kept = kept
        self._heard = heard

    def read(self, path: str, **query: str | None) -> Any:
        """Give what a service says at `path`; parts of the query that are `None` or empty are left out.

        Raises:
            NothingThere: There is nothing.
            NotForReader: The reader may not see it.
            BadRequest: The question itself is wrong.
            Unavailable: Nobody answers, or not now.
        """
        asked = {name: value for name, value in query.items() if value}
        if self._token is None:
            key = (id(self._client), self._heard, path, tuple(sorted(asked.items())))
            return self._kept.get(key, lambda: self._body(path, asked))
        return self._body(path, asked)

    def file(self, path: str) -> Answer:
        """Give a file with its headers; refused as `read` is."""
        return _well(self._client.ask("GET", path, token=self._token))

    def act(self, method: str, path: str, body: object, *, once: str = "") -> Answer | Problem:
        """Send a wish; give the answer, or why it was refused. The same `once` is the same wish, sent again.

        Raises:
            Unavailable: Nobody answers, or not now: what was typed is the reader's to send again.
        """
        headers = {"Idempotency-Key": once} if once else None
        return _outcome(self._client.ask(method, path, token=self._token, json=body, headers=headers))

    def send_file(self, path: str, fields: Mapping[str, str], file: Upload) -> Answer | Problem:
        """Send a file; as `act`."""
        return _outcome(self._client.send_file(path, token=self._token, fields=fields, file=file))

    def _body(self, path: str, query: Mapping[str, str]) -> Any:
        return _well(self._client.ask("GET", path, token=self._token, query=query)).body


class ShortMemory:
    """What services said to everybody a moment ago: many open screens that hear of one change ask once. Thread-safe."""

    def __init__(self, seconds: float = _KEPT_SECONDS, now: Callable[[], float] = monotonic) -> None:
        """Keep an answer for so long."""
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._said: OrderedDict[object, tuple[float, Any]] = OrderedDict()

    def get(self, key: object, ask: Callable[[], Any]) -> Any:
        """Give what was said under `key`, asked for again once it is old."""
        with self._lock:
            at, said = self._said.get(key, (-self._seconds, None))
            if self._now() - at < self._seconds:
                return said
        said = ask()
        with self._lock:
            self._said[key] = (self._now(), said)
            self._said.move_to_end(key)
            while len(self._said) > _MOST_KEPT:
                self._said.popitem(last=False)
        return said


def _well(answer: Answer) -> Answer:
    if answer.went_well:
        return answer
    match answer.status:
        case 404:
            raise NothingThere("The service has nothing by that name.")
        case 403:
            raise NotForReader("The service does not show this to the reader.")
        case 400 | 409 | 422:
            raise BadRequest("The service does not take the question.")
        case status:
            raise Unavailable(f"a service answered {status}")


def _outcome(answer: Answer) -> Answer | Problem:
    if answer.went_well:
        return answer
    if answer.status in {401, 408, 429} or answer.status >= 500 or not isinstance(answer.body, dict):
        raise Unavailable(f"a service answered {answer.status}")
    told = answer.body
    wrong = {_field_of(it.get("pointer", "")): str(it.get("detail", "")) for it in told.get("errors", ())}
    params = told.get("params")
    return Problem(
        code=str(told.get("code", "refused")),
        title=str(told.get("title", "")),
        params=params if isinstance(params, dict) else {},
        fields=wrong,
    )


def _field_of(pointer: str) -> str:
    """Give the outermost field that a JSON Pointer leads to."""
    return pointer.lstrip("/").partition("/")[0]
