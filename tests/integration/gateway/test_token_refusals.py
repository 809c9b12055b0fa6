"""Why a program gets no token, in the words of RFC 6749 5.2 beside those of a problem."""

from base64 import b64encode

import pytest

from services.gateway.directory.clients import register_client
from services.gateway.directory.domain.client import RegisterClient

TOKEN = "/api/directory/v1/token"
BY_SECRET = {"grant_type": "client_credentials", "client_id": "so-noi-vu"}


@pytest.fixture
def secret(under_test):
    clients = under_test.gateway.access.clients
    command = RegisterClient(
        client_id="so-noi-vu",
        name="Sở Nội vụ",
        public_jwk=None,
        scopes=("streams:read",),
        appointments=(),
        at=clients.clock.business_now(),
    )
    return register_client(clients, command)[1]


def basic(client_id, secret):
    return {"Authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


@pytest.mark.parametrize(
    ("told", "status", "code", "error"),
    [
        ({"client_secret": "x"}, 401, "client_secret_invalid", "invalid_client"),
        ({"client_assertion": "x.y.z"}, 401, "client_assertion_invalid", "invalid_client"),
        ({"scope": "directory:admin"}, 422, "scope_not_offered", "invalid_scope"),
        ({"grant_type": "password"}, 422, "fields_invalid", "unsupported_grant_type"),
        ({"grant_type": ""}, 422, "fields_invalid", "invalid_request"),
        ({"client_assertion_type": "saml"}, 422, "fields_invalid", "invalid_request"),
        ({"scope": "x" * 401}, 422, "fields_invalid", "invalid_request"),
    ],
)
def test_a_refusal_says_so_to_oauth2_clients_too(client, secret, told, status, code, error):
    refused = client.post(TOKEN, data=BY_SECRET | {"client_secret": secret} | told)
    assert (refused.status_code, refused.json["code"], refused.json["error"]) == (status, code, error)
    assert refused.content_type == "application/problem+json"
    assert {"type", "title", "status", "request_id"} <= set(refused.json)
    assert "WWW-Authenticate" not in refused.headers


def test_a_request_that_names_no_grant_is_invalid(client, secret):
    assert client.post(TOKEN, data={"client_secret": secret}).json["error"] == "invalid_request"


def test_a_request_that_is_too_large_is_invalid(client):
    refused = client.post(TOKEN, data=BY_SECRET | {"scope": "x" * 2_000_000})
    assert (refused.status_code, refused.json["error"]) == (413, "invalid_request")


def test_who_proved_itself_by_the_header_is_told_by_which_scheme_it_may(client, secret):
    grant = {"grant_type": "client_credentials"}
    assert client.post(TOKEN, data=grant, headers=basic("so-noi-vu", secret)).status_code == 200
    refused = client.post(TOKEN, data=grant, headers=basic("so-noi-vu", "x"))
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="cchc"'


def test_another_route_beside_it_speaks_of_problems_alone(client):
    refused = client.post("/api/directory/v1/set-up-links")
    assert (refused.status_code, "error" in refused.json) == (401, False)


def test_a_failure_is_no_error_of_the_client(client, secret, monkeypatch):
    monkeypatch.setattr("services.gateway.directory.access.secret_belongs", lambda *_: 1 / 0)
    refused = client.post(TOKEN, data=BY_SECRET | {"client_secret": secret})
    assert (refused.status_code, "error" in refused.json) == (500, False)
