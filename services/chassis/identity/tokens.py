"""Access tokens: short JWTs signed with Ed25519 by the one issuer and verified by every service."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet, OKPKey

from services.chassis.clock import Clock, SystemClock
from services.chassis.identity.callers import Appointment, Caller
from services.chassis.identity.jwks import CachedKeys, FetchJwks
from services.chassis.identity.refusals import TokenExpired, TokenInvalid
from services.chassis.ids import new_id

TOKEN_LIFE = timedelta(minutes=10)
"""How long an access token is good for."""

AUDIENCE = "cchc"
ISSUER = "cchc-gateway"

_ALGORITHM = "Ed25519"


class TokenSigner:
    """The issuer's pen."""

    def __init__(self, private_jwk: Mapping[str, Any], issuer: str = ISSUER, *, clock: Clock | None = None) -> None:
        self._key = OKPKey.import_key(dict(private_jwk))
        self._key.ensure_kid()
        self._issuer = issuer
        self._clock = clock or SystemClock()

    def sign(
        self,
        subject: str,
        *,
        roles: Iterable[str] = (),
        scopes: Iterable[str] = (),
        appointments: Iterable[Appointment] = (),
        audience: str = AUDIENCE,
    ) -> str:
        """Write a token for `subject` that is good for `TOKEN_LIFE`."""
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": audience,
            "sub": subject,
            "roles": sorted(roles),
            "scope": " ".join(sorted(scopes)),
            "appointments": sorted(appointments),
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LIFE).timestamp()),
            "jti": str(new_id()),
        }
        return jwt.encode({"alg": _ALGORITHM, "kid": self._key.kid}, claims, self._key, algorithms=[_ALGORITHM])

    def jwks(self) -> dict[str, Any]:
        """Give the public half as a key set, for the issuer's JWKS page."""
        return dict(KeySet([self._key]).as_dict(private=False, alg=_ALGORITHM, use="sig"))


class TokenVerifier:
    """Every service's eye: keeps the issuer's keys for some minutes and asks again when it meets a new one."""

    def __init__(
        self, jwks: FetchJwks, issuer: str = ISSUER, audience: str = AUDIENCE, *, clock: Clock | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self._rules = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock.now().timestamp()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
        )
        self._keys = CachedKeys(jwks, self._clock)

    def verify(self, token: str) -> Caller:
        """Give the caller that a token names.

        Raises:
            TokenExpired: It is too old.
            TokenInvalid: It is not a token of our issuer for us.
            Unavailable: The issuer's keys cannot be had.
        """
        try:
            decoded = jwt.decode(token, self._keys.find, algorithms=[_ALGORITHM])
            self._rules.validate(decoded.claims)
            return _caller(decoded.claims)
        except ExpiredTokenError:
            raise TokenExpired("The access token has expired.") from None
        except (JoseError, ValueError, TypeError, KeyError):
            raise TokenInvalid("The access token is not valid here.") from None


def _caller(claims: Mapping[str, Any]) -> Caller:
    roles, scope, appointments = claims["roles"], claims["scope"], claims.get("appointments", [])
    if not isinstance(roles, list) or not isinstance(scope, str):
        raise TypeError("roles must be a list, scope a string")
    return Caller(
        subject=claims["sub"],
        roles=frozenset(map(str, roles)),
        scopes=frozenset(scope.split()),
        appointments=frozenset(Appointment(str(role), str(unit_id)) for role, unit_id in appointments),
    )
