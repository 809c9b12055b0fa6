"""Programs that call: OAuth2 client authentication by `private_key_jwt` (RFC 7523), with a key of each common kind."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key, OKPKey, import_key

from services.chassis.clock import Clock
from services.chassis.identity.refusals import ClientAssertionInvalid
from services.chassis.ids import new_id

if TYPE_CHECKING:
    from joserfc.jws import CompactSignature

INTERNAL_CLIENT = "cchc-internal"
"""The client that the worker and the command line are."""

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""What `client_assertion_type` has to say."""

ASSERTION_LIFE = timedelta(seconds=60)
"""For so long an assertion is good, counted from when it was made; where it does not say when, it may not live longer."""

_ALGORITHM = "Ed25519"

_ALGORITHMS = {"OKP": {"Ed25519", "EdDSA"}, "EC": {"ES256"}, "RSA": {"RS256", "PS256"}}
"""By what a key of each kind may sign; our own programs use Ed25519, which RFC 9864 names instead of EdDSA."""

_EVERY_ALGORITHM = sorted(set().union(*_ALGORITHMS.values()))

FindClientKey = Callable[[str], Mapping[str, Any] | None]
"""Gives a client's public JWK by its id."""


def sign_client_assertion(private_jwk: Mapping[str, Any], *, client_id: str, audience: str, clock: Clock) -> str:
    """Write the assertion by which a client proves itself to the token endpoint `audience`, once."""
    key = OKPKey.import_key(dict(private_jwk))
    now = clock.now()
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + ASSERTION_LIFE).timestamp()),
        "jti": str(new_id()),
    }
    return jwt.encode({"alg": _ALGORITHM, "kid": key.thumbprint()}, claims, key, algorithms=[_ALGORITHM])


def client_credentials_form(
    private_jwk: Mapping[str, Any], *, client_id: str, audience: str, clock: Clock
) -> dict[str, str]:
    """Give what a client sends to the token endpoint `audience` to be given a token (RFC 6749 4.4, RFC 7523), once."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": sign_client_assertion(private_jwk, client_id=client_id, audience=audience, clock=clock),
    }


class ClientAssertions:
    """Verifies assertions for one token endpoint, each once. The endpoint has more than one name where it is reached so."""

    def __init__(self, find_key: FindClientKey, *, audience: str, clock: Clock, also: tuple[str, ...] = ()) -> None:
        self._find_key = find_key
        self._audiences = [audience, *also]
        self._clock = clock
        self._spent: dict[str, float] = {}
        self._lock = Lock()

    def verify(self, assertion: str) -> str:
        """Give the id of the client that signed the assertion.

        Raises:
            ClientAssertionInvalid: It proves nobody, is too old or lives too long, or was used before.
        """
        try:
            claims = jwt.decode(assertion, self._key_of, algorithms=_EVERY_ALGORITHM).claims
            client_id = str(claims["sub"])
            self._rules(client_id).validate(claims)
            self._spend(f"{client_id} {claims['jti']}", self._ends_at(claims))
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise ClientAssertionInvalid("The client assertion is not valid here.") from None
        return client_id

    def _key_of(self, assertion: GuestProtocol) -> Key:
        # The subject is not proved yet: it only says whose key has to prove it.
        claimed = json.loads(cast("CompactSignature", assertion).payload)
        jwk = self._find_key(str(claimed["sub"]))
        if jwk is None:
            raise ClientAssertionInvalid("No client of that id is known.")
        key = import_key(dict(jwk))
        if assertion.headers().get("alg") not in _ALGORITHMS.get(key.key_type, ()):
            raise ClientAssertionInvalid("The client's key does not sign so.")
        return key

    def _rules(self, client_id: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock.now().timestamp()),
            iss={"essential": True, "value": client_id},
            sub={"essential": True, "value": client_id},
            aud={"essential": True, "values": self._audiences},
            exp={"essential": True},
            jti={"essential": True},
        )

    def _ends_at(self, claims: Mapping[str, Any]) -> float:
        # Libraries let assertions live for an hour; fresh ones are welcome, and each is remembered for a minute only.
        ends_at = float(claims["exp"])
        if "iat" in claims:
            ends_at = min(ends_at, float(claims["iat"]) + ASSERTION_LIFE.total_seconds())
        return ends_at

    def _spend(self, assertion_id: str, expires_at: float) -> None:
        now = self._clock.now().timestamp()
        if not now < expires_at <= now + ASSERTION_LIFE.total_seconds() + 1:
            raise ClientAssertionInvalid("The client assertion is too old or lives too long.")
        with self._lock:
            self._spent = {spent: until for spent, until in self._spent.items() if until > now}
            if assertion_id in self._spent:
                raise ClientAssertionInvalid("The client assertion was used before.")
            self._spent[assertion_id] = expires_at
