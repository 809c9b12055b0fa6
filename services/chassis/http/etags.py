"""Versions as ETags: what was read, and what a change says it read."""

import re

from flask import Response, request

from services.chassis.domain import ConcurrencyConflict
from services.chassis.http.blueprints import View, refuses, takes_header
from services.chassis.http.refusals import PreconditionFailed, PreconditionRequired

_OURS = re.compile(r'"v(0|[1-9]\d{0,17})"')


def etag_of(version: int) -> str:
    """Write the version of a stream as a strong ETag."""
    return f'"v{version}"'


def with_etag(response: Response, version: int) -> Response:
    """Stamp an answer with its version; a reader who has it already gets 304."""
    response.headers["ETag"] = etag_of(version)
    response.make_conditional(request)
    return response


def conditional(view: View) -> View:
    """Document that a route changes the version that If-Match names."""
    described = takes_header("If-Match", 'The ETag that was read, such as `"v3"`.', required=True)
    return refuses(PreconditionRequired, PreconditionFailed)(described(view))


def versioned(view: View) -> View:
    """Document that a change may name what it read by If-Match, and is then refused when that has changed."""
    described = takes_header(
        "If-Match", 'The ETag that was read, such as `"v3"`; without one, what is there is changed.'
    )
    return refuses(PreconditionFailed, ConcurrencyConflict)(described(view))


def required_version(*, present: int | None = None) -> int:
    """Give the version that the caller says to change, from If-Match.

    Args:
        present: The version that stands now, where it is known before the append.

    Raises:
        PreconditionRequired: There is no If-Match.
        PreconditionFailed: It names no single version of ours, or not the present one.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired("Send If-Match with the ETag that was read.")
    found = _OURS.fullmatch(given.strip())
    if found is None or (present is not None and int(found[1]) != present):
        raise PreconditionFailed("If-Match must be the ETag of the present version.")
    return int(found[1])


def seen_version() -> int | None:
    """Give the version that the caller says to change, where they say one."""
    return required_version() if "If-Match" in request.headers else None
