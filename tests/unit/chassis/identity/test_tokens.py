import stat

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.chassis.domain import Unavailable
from services.chassis.identity import Appointment, Caller, TokenSigner, TokenVerifier
from services.chassis.identity.clients import INTERNAL_CLIENT, ClientAssertions, sign_client_assertion
from services.chassis.identity.keys import load_or_create_secret, load_or_create_signing_key, public_half
from services.chassis.identity.refusals import (
    ClientAssertionInvalid,
    ScopeMissing,
    TokenExpired,
    TokenInvalid,
    UnitNotYours,
)
from tests.support.fixed_clock import FixedClock

ENDPOINT = "https://cchc.example/oauth/token"


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def private_jwk(tmp_path):
    return load_or_create_signing_key(tmp_path / "keys" / "access-signing.jwk")


@pytest.fixture
def signer(private_jwk, clock):
    return TokenSigner(private_jwk, clock=clock)


def test_a_token_names_subject_roles_and_scopes(signer, clock):
    caller = TokenVerifier(signer.jwks, clock=clock).verify(signer.sign("u-1", roles=["operator"], scopes=["a", "b"]))
    assert caller == Caller(subject="u-1", roles=frozenset({"operator"}), scopes=frozenset({"a", "b"}))


def test_a_caller_without_the_scope_is_refused():
    with pytest.raises(ScopeMissing):
        Caller(subject="u-1", scopes=frozenset({"a"})).require("b")


def test_a_token_is_good_for_ten_minutes(signer, clock):
    verifier, token = TokenVerifier(signer.jwks, clock=clock), signer.sign("u-1")
    clock.move(599)
    verifier.verify(token)
    clock.move(1)
    with pytest.raises(TokenExpired):
        verifier.verify(token)


def test_a_token_for_another_audience_or_from_another_issuer_is_refused(signer, private_jwk, clock):
    verifier = TokenVerifier(signer.jwks, clock=clock)
    with pytest.raises(TokenInvalid):
        verifier.verify(signer.sign("u-1", audience="other"))
    with pytest.raises(TokenInvalid):
        verifier.verify(TokenSigner(private_jwk, "other", clock=clock).sign("u-1"))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(signer, clock, token):
    with pytest.raises(TokenInvalid):
        TokenVerifier(signer.jwks, clock=clock).verify(token)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(signer, private_jwk, clock):
    public = public_half(private_jwk)
    forged = jwt.encode({"alg": "HS256", "kid": public["kid"]}, {"sub": "u-1"}, OctKey.import_key(str(public["x"]) * 2))
    with pytest.raises(TokenInvalid):
        TokenVerifier(signer.jwks, clock=clock).verify(forged)


@pytest.mark.parametrize("missing", ["sub", "exp", "iat", "jti", "roles", "scope", "aud", "iss"])
def test_a_token_without_one_of_its_claims_is_refused(signer, private_jwk, clock, missing):
    now = int(clock.now().timestamp())
    claims = {
        "iss": "cchc-gateway",
        "aud": "cchc",
        "sub": "u",
        "roles": [],
        "scope": "",
        "iat": now,
        "exp": now + 60,
        "jti": "j",
    }
    key = OKPKey.import_key(private_jwk)
    header = {"alg": "Ed25519", "kid": str(private_jwk["kid"])}
    verifier = TokenVerifier(signer.jwks, clock=clock)
    verifier.verify(jwt.encode(header, claims, key, algorithms=["Ed25519"]))
    claims.pop(missing)
    with pytest.raises(TokenInvalid):
        verifier.verify(jwt.encode(header, claims, key, algorithms=["Ed25519"]))


class Issuer:
    """A JWKS page that counts its readers and may be away."""

    def __init__(self, signer):
        self.signer = signer
        self.read = 0
        self.away = False

    def __call__(self):
        self.read += 1
        if self.away:
            raise ConnectionError("away")
        return self.signer.jwks()


def test_the_issuers_keys_are_read_once_in_five_minutes(signer, clock):
    issuer = Issuer(signer)
    verifier = TokenVerifier(issuer, clock=clock)
    for _ in range(3):
        verifier.verify(signer.sign("u-1"))
    assert issuer.read == 1
    clock.move(301)
    verifier.verify(signer.sign("u-1"))
    assert issuer.read == 2


def test_a_new_key_of_the_issuer_is_looked_for_at_most_every_ten_seconds(signer, clock, tmp_path):
    issuer = Issuer(signer)
    verifier = TokenVerifier(issuer, clock=clock)
    verifier.verify(signer.sign("u-1"))
    issuer.signer = TokenSigner(load_or_create_signing_key(tmp_path / "other.jwk"), clock=clock)
    for _ in range(3):
        with pytest.raises(TokenInvalid):
            verifier.verify(issuer.signer.sign("u-1"))
    assert issuer.read == 1
    clock.move(11)
    verifier.verify(issuer.signer.sign("u-1"))


def test_known_keys_stay_good_while_the_issuer_is_away(signer, clock):
    issuer = Issuer(signer)
    verifier = TokenVerifier(issuer, clock=clock)
    verifier.verify(signer.sign("u-1"))
    issuer.away = True
    clock.move(301)
    verifier.verify(signer.sign("u-1"))


def test_without_any_keys_the_answer_is_unavailable(signer, clock):
    issuer = Issuer(signer)
    issuer.away = True
    with pytest.raises(Unavailable):
        TokenVerifier(issuer, clock=clock).verify(signer.sign("u-1"))


def test_a_key_file_is_made_once_and_is_its_owners_alone(tmp_path):
    path = tmp_path / "keys" / "device-nonce.key"
    assert load_or_create_secret(path) == load_or_create_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "device-nonce.key"
    load_or_create_secret(path)
    path.chmod(0o644)
    with pytest.raises(PermissionError, match="others"):
        load_or_create_secret(path)


def test_the_public_half_holds_no_secret(private_jwk):
    assert "d" in private_jwk
    assert "d" not in public_half(private_jwk)


@pytest.fixture
def assertions(private_jwk, clock):
    return ClientAssertions({INTERNAL_CLIENT: public_half(private_jwk)}.get, audience=ENDPOINT, clock=clock)


def _assertion(private_jwk, clock, client_id=INTERNAL_CLIENT, audience=ENDPOINT):
    return sign_client_assertion(private_jwk, client_id=client_id, audience=audience, clock=clock)


def test_a_client_proves_itself_once_by_each_assertion(assertions, private_jwk, clock):
    assertion = _assertion(private_jwk, clock)
    assert assertions.verify(assertion) == INTERNAL_CLIENT
    with pytest.raises(ClientAssertionInvalid, match="before"):
        assertions.verify(assertion)


def test_an_assertion_of_a_stranger_or_for_another_endpoint_or_too_old_is_refused(
    assertions, private_jwk, clock, tmp_path
):
    stranger = load_or_create_signing_key(tmp_path / "stranger.jwk")
    late = _assertion(private_jwk, clock)
    for wrong in (
        _assertion(stranger, clock),
        _assertion(private_jwk, clock, client_id="nobody"),
        _assertion(private_jwk, clock, audience="https://elsewhere.example"),
        "rubbish",
    ):
        with pytest.raises(ClientAssertionInvalid):
            assertions.verify(wrong)
    clock.move(61)
    with pytest.raises(ClientAssertionInvalid):
        assertions.verify(late)


def test_an_assertion_that_lives_too_long_is_refused(assertions, private_jwk, clock):
    early = FixedClock(at=clock.at)
    early.move(600)
    with pytest.raises(ClientAssertionInvalid):
        assertions.verify(_assertion(private_jwk, early))


def _long_lived(private_jwk, clock, **told):
    now = int(clock.now().timestamp())
    claims = {"iss": INTERNAL_CLIENT, "sub": INTERNAL_CLIENT, "aud": ENDPOINT, "jti": "j-1", "exp": now + 3600} | told
    return jwt.encode({"alg": "Ed25519"}, claims, OKPKey.import_key(private_jwk), algorithms=["Ed25519"])


def test_an_assertion_good_for_an_hour_is_taken_in_its_first_minute_and_once(assertions, private_jwk, clock):
    fresh = _long_lived(private_jwk, clock, iat=int(clock.now().timestamp()))
    assert assertions.verify(fresh) == INTERNAL_CLIENT
    for seconds in (1, 60):
        clock.move(seconds)
        with pytest.raises(ClientAssertionInvalid):
            assertions.verify(fresh)


def test_an_assertion_good_for_an_hour_that_does_not_say_when_it_was_made_is_refused(assertions, private_jwk, clock):
    with pytest.raises(ClientAssertionInvalid):
        assertions.verify(_long_lived(private_jwk, clock))


def test_a_token_says_in_which_units_its_bearer_is_appointed(signer, clock):
    token = signer.sign("u-1", roles=["unit_clerk"], appointments=[Appointment("unit_clerk", "xa-binh-an")])
    caller = TokenVerifier(signer.jwks, clock=clock).verify(token)
    caller.require_unit("xa-binh-an", "unit_head", "unit_clerk")
    for unit_id, role in (("xa-binh-an", "unit_head"), ("xa-binh-tu", "unit_clerk")):
        with pytest.raises(UnitNotYours):
            caller.require_unit(unit_id, role)
