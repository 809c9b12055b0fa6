"""What OAuth2 clients read of a refused token: the `error` of RFC 6749 5.2, in the same body as the problem."""

from collections.abc import Mapping

import msgspec
from flask import Response, request

from services.chassis.http.problems import PROBLEM_TYPE
from services.chassis.http.refusals import FieldsInvalid
from services.chassis.identity.refusals import ClientAssertionInvalid, ClientSecretInvalid
from services.gateway.identity.errors import ScopeNotOffered

CLIENT_CREDENTIALS = "client_credentials"
"""The one grant that there is."""

_OF_CODES: Mapping[str, str] = {
    ClientAssertionInvalid.code: "invalid_client",
    ClientSecretInvalid.code: "invalid_client",
    ScopeNotOffered.code: "invalid_scope",
}


def say_to_oauth(response: Response) -> Response:
    """Add to a problem of the token endpoint its `error`, and to a 401 the scheme, where the request named one."""
    if response.content_type != PROBLEM_TYPE or response.status_code >= 500:
        return response
    problem = msgspec.json.decode(response.get_data(), type=dict[str, object])
    response.set_data(msgspec.json.encode({"error": _error_of(str(problem["code"])), **problem}))
    if response.status_code == 401 and "Authorization" in request.headers:
        response.headers["WWW-Authenticate"] = 'Basic realm="cchc"'
    return response


def _error_of(code: str) -> str:
    if code == FieldsInvalid.code and request.form.get("grant_type", "") not in {"", CLIENT_CREDENTIALS}:
        return "unsupported_grant_type"
    return _OF_CODES.get(code, "invalid_request")
