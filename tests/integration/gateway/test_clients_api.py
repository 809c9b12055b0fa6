"""Programs get tokens as OAuth2 clients do: by Authlib, with a secret, and with keys of each common kind."""

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, OKPKey, RSAKey
from requests.exceptions import HTTPError
from sqlalchemy import select

from services.chassis.clock import SystemClock
from services.chassis.identity import Appointment, TokenSigner, TokenVerifier
from services.chassis.identity.keys import load_or_create_signing_key
from services.gateway.directory.people import NewPerson, erase_person, register_person
from services.gateway.identity.accounts import ALL_SCOPES, SCOPES_OF_ROLES
from services.gateway.identity.tables import client_secrets
from tests.support.gateway import BUSINESS_NOW, a_gateway
from tests.support.portal_browser import a_door

CLIENTS = "/api/directory/v1/clients"
TOKEN = "/api/directory/v1/token"
READER = {"role": "provincial_reader", "unit_id": "*"}


@pytest.fixture
def under_test(tmp_path):
    """A gateway in real time: the library signs by the machine's clock."""
    made = a_gateway(tmp_path, clock=SystemClock(BUSINESS_NOW - SystemClock().now()))
    yield made
    made.close()


@pytest.fixture
def bearer(under_test, tmp_path):
    """Gives the header of a caller with some scopes, all of them unless told."""
    signer = TokenSigner(load_or_create_signing_key(tmp_path / "keys" / "access-signing.jwk"))
    return lambda scopes=ALL_SCOPES: {"Authorization": f"Bearer {signer.sign('desk', scopes=scopes)}"}


@pytest.fixture
def register(client, bearer):
    def ask(client_id="so-noi-vu", **told):
        wanted = {"client_id": client_id, "name": "Sở Nội vụ", "scopes": ["streams:read", "indicators:read"]}
        return client.post(CLIENTS, json=wanted | {"appointments": [READER]} | told, headers=bearer())

    return ask


@pytest.fixture
def fetch_token(under_test):
    """Ask for a token over HTTP by the library."""
    with a_door(under_test.gateway) as at:

        def fetch(secret, method, *, sign=None, **told):
            session = OAuth2Session("so-noi-vu", secret, token_endpoint_auth_method=method)
            if sign:
                session.register_client_auth_method(PrivateKeyJWT("http://localhost" + TOKEN, alg=sign))
            return session.fetch_token(at + TOKEN, grant_type="client_credentials", **told)

        yield fetch


def caller_of(under_test, token):
    jwks = under_test.gateway.app.test_client().get("/api/directory/v1/jwks.json").json
    return TokenVerifier(lambda: jwks).verify(token)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_program_gets_a_token_by_its_secret(under_test, register, fetch_token, method):
    token = fetch_token(register().json["client_secret"], method)
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
    caller = caller_of(under_test, token["access_token"])
    assert (caller.subject, caller.scopes) == ("so-noi-vu", {"streams:read", "indicators:read"})
    assert caller.roles == {"provincial_reader"}
    assert caller.appointments == {Appointment("provincial_reader", "*")}


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (RSAKey.generate_key(2048), "RS256"),
        (RSAKey.generate_key(2048), "PS256"),
        (ECKey.generate_key("P-256"), "ES256"),
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
        pytest.param(
            OKPKey.generate_key("Ed25519"), "EdDSA", marks=pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
        ),
    ],
)
def test_a_program_gets_a_token_by_its_key(under_test, register, fetch_token, key, alg):
    made = register(public_jwk=key.as_dict(private=False))
    assert (made.status_code, made.json["client_secret"]) == (201, None)
    token = fetch_token(key, "private_key_jwt", sign=alg, scope="streams:read")
    assert caller_of(under_test, token["access_token"]).scopes == {"streams:read"}


def test_the_key_of_another_program_proves_nothing(register, fetch_token):
    register(public_jwk=ECKey.generate_key("P-256").as_dict(private=False))
    with pytest.raises((OAuthError, KeyError, HTTPError)):
        fetch_token(ECKey.generate_key("P-256"), "private_key_jwt", sign="ES256")["access_token"]


def token(client, **told):
    form = {"grant_type": "client_credentials", "client_id": "so-noi-vu"} | told
    return client.post("/api/directory/v1/token", data=form)


@pytest.mark.parametrize("told", [{}, {"client_secret": ""}, {"client_secret": "x"}, {"client_id": "nobody"}])
def test_who_proves_nothing_gets_no_token(client, register, told):
    register()
    refused = token(client, **told)
    assert (refused.status_code, refused.json["code"]) == (401, "client_secret_invalid")


def test_a_program_with_a_key_has_no_secret(client, register):
    register(public_jwk=ECKey.generate_key("P-256").as_dict(private=False))
    assert token(client, client_secret="").status_code == 401


def test_a_program_gets_no_scope_that_it_was_not_given(client, register):
    secret = register().json["client_secret"]
    refused = token(client, client_secret=secret, scope="directory:admin")
    assert (refused.status_code, refused.json["code"]) == (422, "scope_not_offered")


def test_a_revoked_program_gets_no_token_by_key_or_secret(client, register, bearer):
    secret = register().json["client_secret"]
    assert token(client, client_secret=secret).status_code == 200
    for _ in range(2):
        assert client.post(f"{CLIENTS}/so-noi-vu/revocation", headers=bearer()).json["revoked"]
    assert token(client, client_secret=secret).status_code == 401
    assert client.post(f"{CLIENTS}/nobody/revocation", headers=bearer()).json["code"] == "client_not_found"


def test_a_secret_is_kept_as_a_hash(under_test, register, tmp_path):
    secret = register().json["client_secret"]
    with under_test.gateway.access.people.reader.connect() as connection:
        (kept,) = connection.execute(select(client_secrets)).all()
    assert secret not in kept
    assert not any(secret.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_nobody_registers_a_program_that_may_do_more_than_they(client, bearer):
    wanted = {"client_id": "so-noi-vu", "name": "Sở", "scopes": ["system:operate"]}
    refused = client.post(CLIENTS, json=wanted, headers=bearer(SCOPES_OF_ROLES["reform_desk"]))
    assert (refused.status_code, refused.json["code"]) == (403, "not_yours_to_give")
    assert client.get(CLIENTS, headers=bearer()).json == {"items": []}


def test_our_own_programs_name_is_not_to_be_had(client, register):
    assert register("cchc-internal").status_code == 409


def test_an_id_of_somebody_is_no_programs(under_test, register):
    person_id, _ = register_person(under_test.gateway.access.people, NewPerson(user_name="an.1", display_name="An"))
    for _ in range(2):
        refused = register(person_id)
        assert (refused.status_code, refused.json["code"]) == (409, "client_id_taken")
        erase_person(under_test.gateway.access.people, person_id)
