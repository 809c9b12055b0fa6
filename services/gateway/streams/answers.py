"""What every door of the streams answers alike: JSON, problems, and the headers of both."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.domain import Refusal, Unavailable
from services.chassis.http.problems import PROBLEM_TYPE
from services.chassis.http.refusals import (
    BadRequest,
    FieldsInvalid,
    InternalFailure,
    MethodNotAllowed,
    RouteNotFound,
    status_of,
)
from services.chassis.http.tracing import REQUEST_ID_HEADER, request_id_of
from services.chassis.logging import get_logger
from services.chassis.passing import is_passing

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_log = get_logger()


def answer(body: bytes, media_type: str, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    """Answer with a body."""
    return Response(body, status, {**HEADERS, **(headers or {}), "Content-Type": media_type})


def json_answer(body: object, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return answer(msgspec.json.encode(body), "application/json; charset=utf-8", headers)


def problem_body(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """Write a refusal as problem details (RFC 9457). A 5xx says only that it failed, and the request id."""
    status = status_of(type(refusal))
    said: dict[str, Any] = {
        "type": f"urn:cchc:problem:{refusal.code}",
        "title": refusal.title,
        "status": status,
        "code": refusal.code,
        "request_id": request_id,
    }
    if status < 500:
        said |= {"detail": refusal.detail or refusal.code, "params": refusal.params}
    if isinstance(refusal, FieldsInvalid) and (field := refusal.params.get("field")):
        said["errors"] = [{"in": "query", "pointer": f"/{field}", "detail": refusal.detail}]
    return said


async def refused(request: Request, error: Exception) -> Response:
    """Answer whatever a door raised."""
    refusal = _refusal_of(error)
    request_id = request_id_of({"HTTP_X_REQUEST_ID": request.headers.get("X-Request-Id")})
    status = status_of(type(refusal))
    if status == 500:
        _log.error("request_failed", request_id=request_id, exc_info=error)
    headers = {REQUEST_ID_HEADER: request_id}
    if status in {429, 503}:
        headers["Retry-After"] = str(refusal.params.get("retry_after_seconds", 1))
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="cchc"'
    if status == 405:
        headers["Allow"] = "GET, HEAD"
    return answer(
        msgspec.json.encode(problem_body(refusal, request_id), enc_hook=str), PROBLEM_TYPE, headers, status=status
    )


def _refusal_of(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        return {404: RouteNotFound, 405: MethodNotAllowed}.get(error.status_code, BadRequest)()
    return Unavailable() if is_passing(error) else InternalFailure()
