from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from services.chassis.event_registry import EventRegistry
from services.chassis.testing.given_when_then import Specification
from services.gateway.directory.clients import refuse_wrong_key
from services.gateway.directory.domain import client
from services.gateway.directory.domain.client import ClientRegistered, ClientRevoked, RegisterClient, RevokeClient
from services.gateway.directory.domain.errors import ClientIdTaken, ClientKeyInvalid, ClientNotFound, TermInvalid
from services.gateway.directory.domain.people_commands import Wanted
from services.gateway.directory.domain.terms import Term

AT = datetime(2021, 6, 18, 3, tzinfo=UTC)
DAY = date(2021, 6, 18)
KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

clients = Specification(client.INITIAL, client.evolve)
WANTED = RegisterClient(
    client_id="so-noi-vu",
    name="Sở Nội vụ",
    public_jwk=KEY,
    scopes=("streams:read", "indicators:read", "streams:read"),
    appointments=(Wanted(role="provincial_reader", unit_id="*", from_on=DAY),),
    at=AT,
)
REGISTERED = ClientRegistered(
    client_id="so-noi-vu",
    name="Sở Nội vụ",
    public_jwk=KEY,
    scopes=("indicators:read", "streams:read"),
    appointments=(Term(n=1, role="provincial_reader", unit_id="*", from_on=DAY),),
    at=AT,
)


def test_a_program_is_registered_with_its_scopes_and_roles():
    clients.given().when(client.register_client, WANTED).then(REGISTERED)


def test_registering_the_very_same_program_again_says_nothing():
    later = replace(WANTED, at=datetime(2021, 6, 19, tzinfo=UTC))
    clients.given(REGISTERED).when(client.register_client, later).then_nothing()


def test_an_id_names_one_program_for_ever():
    other = replace(WANTED, name="Sở khác")
    clients.given(REGISTERED).when(client.register_client, other).then_refused(ClientIdTaken, client_id="so-noi-vu")
    revoked = clients.given(REGISTERED, ClientRevoked(at=AT))
    revoked.when(client.register_client, WANTED).then_refused(ClientIdTaken)


def test_a_secret_is_not_shown_again_by_registering_again():
    secretive = replace(WANTED, public_jwk=None)
    given = clients.given(replace(REGISTERED, public_jwk=None))
    given.when(client.register_client, secretive).then_refused(ClientIdTaken)


def test_a_program_holds_no_role_that_ends_before_it_begins():
    wrong = replace(WANTED.appointments[0], to_on=DAY)
    clients.given().when(client.register_client, replace(WANTED, appointments=(wrong,))).then_refused(TermInvalid)


def test_a_program_is_revoked_once():
    command = RevokeClient(at=AT)
    clients.given(REGISTERED).when(client.revoke_client, command).then(ClientRevoked(at=AT))
    clients.given(REGISTERED, ClientRevoked(at=AT)).when(client.revoke_client, command).then_nothing()
    clients.given().when(client.revoke_client, command).then_refused(ClientNotFound)


def test_every_fact_about_programs_is_read_as_it_was_written():
    registry = EventRegistry(client.EVENTS)
    for fact in (REGISTERED, ClientRevoked(at=AT)):
        written = registry.encode(fact)
        assert registry.decode(written.type, written.data) == fact


@pytest.mark.parametrize(
    "key", [OKPKey.generate_key("Ed25519"), ECKey.generate_key("P-256"), RSAKey.generate_key(2048)]
)
def test_a_program_proves_itself_by_a_key_of_a_common_kind(key):
    refuse_wrong_key(key.as_dict(private=False))


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "OKP"},
        {"kty": ["OKP"]},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        OKPKey.generate_key("Ed25519").as_dict(private=True),
        OKPKey.generate_key("X25519").as_dict(private=False),
        ECKey.generate_key("P-384").as_dict(private=False),
        OctKey.generate_key(256).as_dict(),
    ],
)
def test_a_key_that_is_private_weak_or_no_key_is_refused(jwk):
    with pytest.raises(ClientKeyInvalid):
        refuse_wrong_key(jwk)
