"""Names of a request: its id for the log, its W3C trace context for the messages that it causes."""

import re
from collections.abc import Mapping
from typing import Any

from flask import g, request

from services.chassis.envelope import Trace
from services.chassis.ids import new_id, new_secret

REQUEST_ID_HEADER = "X-Request-Id"

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def request_id_of(environ: Mapping[str, Any]) -> str:
    """Give the id that the door gave the request, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    return given if given and _REQUEST_ID.fullmatch(given) else new_id().hex


def current_trace() -> Trace:
    """Give the trace of the present request: the caller's, or a new one; the correlation id is the request id."""
    given = request.headers.get("Traceparent", "")
    if not _TRACEPARENT.fullmatch(given):
        given = f"00-{new_secret(16).hex()}-{new_secret(8).hex()}-01"
    return Trace(traceparent=given, correlation_id=g.request_id)
