"""Who was not let do what: a fact each time somebody known meets a refusal for want of a role, a scope or a unit.

The same refusal of the same person at the same route is one fact an hour: a page that keeps asking must not fill the
store. Strangers are no fact, they are counted by address; every refusal of every service stands in `cchc_http_requests`.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from flask import Flask, Response, g, request
from sqlalchemy import Engine

from services.chassis.http.problems import PROBLEM_TYPE
from services.chassis.passing import suppress_passing
from services.gateway.identity.events import AccessDenied
from services.gateway.identity.published_events import AccessJournal

FOR_WANT_OF_RIGHTS = frozenset(
    {"scope_missing", "role_missing", "unit_not_yours", "not_yours_to_give", "not_yours_to_delegate"}
)
AGAIN_AFTER = timedelta(hours=1)
_REMEMBERED = 10_000


class Denials:
    """Records denials, each kind once an hour. Threads may share it."""

    def __init__(self, engine: Engine, journal: AccessJournal) -> None:
        """Write through `engine`."""
        self._engine = engine
        self._journal = journal
        self._lock = threading.Lock()
        self._noted: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def note(self, subject: str, because: str, where: str) -> None:
        """Record that somebody was refused, unless it was recorded lately; a database that is away is no reason to fail."""
        if self._is_news((subject, because, where), self._journal.clock.now()):
            with suppress_passing(), self._engine.begin() as connection:
                self._journal.record(connection, AccessDenied(subject=subject, because=because, where=where))

    def _is_news(self, kind: tuple[str, str, str], now: datetime) -> bool:
        with self._lock:
            noted_at = self._noted.get(kind)
            if noted_at is not None and now < noted_at + AGAIN_AFTER:
                return False
            self._noted[kind] = now
            self._noted.move_to_end(kind)
            if len(self._noted) > _REMEMBERED:
                self._noted.popitem(last=False)
            return True


def record_denials(app: Flask, denials: Denials) -> None:
    """Record the denials of an app's routes; has to be told before the answers are dressed as pages."""

    def note(response: Response) -> Response:
        caller = g.get("caller")
        if response.status_code == 403 and response.content_type == PROBLEM_TYPE and caller is not None:
            code = str((response.get_json(silent=True) or {}).get("code"))
            if code in FOR_WANT_OF_RIGHTS:
                denials.note(caller.subject, code, f"{request.method} {request.url_rule}")
        return response

    app.after_request(note)
