"""What becomes of each exception that leaves a view: a problem, and for a failure a log line."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import sqlalchemy.exc
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, InternalServerError

from services.chassis.domain import Refusal, Unavailable
from services.chassis.http.problems import FieldError, problem_of
from services.chassis.http.refusals import (
    BadJson,
    BadRequest,
    BodyTooLarge,
    FieldsInvalid,
    InternalFailure,
    MediaTypeRefused,
    MethodNotAllowed,
    RequestRefused,
    RouteNotFound,
    TooManyRequests,
)
from services.chassis.logging import get_logger
from services.chassis.passing import is_passing

_log = get_logger()

_BY_STATUS: Mapping[int, type[RequestRefused]] = {
    400: BadRequest,
    404: RouteNotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: MediaTypeRefused,
    422: FieldsInvalid,
    429: TooManyRequests,
}

_DATABASE_AWAY = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError)


def register_error_handlers(app: Flask) -> None:
    """Answer every refusal and failure of an app with a problem."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http_refused)
    app.register_error_handler(InternalServerError, _failed)
    for away in _DATABASE_AWAY:
        app.register_error_handler(away, _database_away)


def _refused(refusal: Refusal) -> Response:
    return problem_of(refusal)


def _http_refused(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    kind = _BY_STATUS.get(error.code, RequestRefused)
    if kind is BadRequest and "json" in data.get("messages", {}):
        kind = BadJson
    errors = tuple(_field_errors(data["messages"])) if kind is FieldsInvalid and "messages" in data else ()
    response = problem_of(kind(), errors=errors, status=error.code)
    if allow := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allow))
    return response


def _failed(error: InternalServerError) -> Response:
    cause = error.original_exception
    return problem_of(Unavailable() if cause is not None and is_passing(cause) else InternalFailure())


def _database_away(error: Exception) -> Response:
    _log.error("database_away", exc_info=error)
    return problem_of(Unavailable())


def _field_errors(messages: Mapping[str, Any]) -> Iterator[FieldError]:
    for place, found in messages.items():
        for pointer, detail in _flatten(found, ""):
            yield FieldError(
                place={"json": "body", "view_args": "path"}.get(place, place), pointer=pointer, detail=detail
            )


def _flatten(found: object, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(found, Mapping):
        for name, inner in cast("Mapping[object, object]", found).items():
            # marshmallow files what concerns a whole object under this name.
            step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _flatten(inner, pointer + step)
    elif isinstance(found, list):
        for detail in found:
            yield from _flatten(detail, pointer)
    else:
        yield pointer, str(found)
