"""Versions as ETags: what was read, and what a change says it read."""

import re

from flask import Response, request

from services.chassis.http.refusals import PreconditionFailed, PreconditionRequired

_OURS = re.compile(r'"v(\d{1,18})"')


def etag_of(version: int) -> str:
    """Write the version of a stream as a strong ETag."""
    return f'"v{version}"'


def with_etag(response: Response, version: int) -> Response:
    """Stamp an answer with its version; a reader who has it already gets 304."""
    response.headers["ETag"] = etag_of(version)
    response.make_conditional(request)
    return response


def required_version() -> int:
    """Give the version that the caller says to change, from If-Match.

    Raises:
        PreconditionRequired: There is no If-Match.
        PreconditionFailed: It names no single version of ours.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired("Send If-Match with the ETag that was read.")
    found = _OURS.fullmatch(given.strip())
    if found is None:
        raise PreconditionFailed("If-Match must be one ETag as it was read.")
    return int(found[1])
