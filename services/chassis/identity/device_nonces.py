"""The server's nonces for device requests: an expiry and its HMAC, so that nothing has to be remembered.

A nonce is reusable until it expires, because everything that a device sends is idempotent. The device's clock plays no
part: only the server's own time is compared.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from services.chassis.clock import Clock
from services.chassis.identity.refusals import NonceMissing, NonceStale

NONCE_SECONDS = 600
"""How long a nonce is good for."""

_EXPIRY_BYTES = 6
_MOST_KNOWN = 2 * NONCE_SECONDS
_MAC_BYTES = 18


class DeviceNonces:
    """Issues nonces and knows its own again. Processes with the same key know each other's."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock
        self._last = (0, "")
        self._known: dict[str, int] = {}

    def issue(self) -> str:
        """Give a nonce that is good for `NONCE_SECONDS`; one is made per second."""
        expiry = int(self._clock.now().timestamp()) + NONCE_SECONDS
        known, nonce = self._last
        if known != expiry:
            nonce = self._write(expiry)
            self._last = (expiry, nonce)
        return nonce

    def check(self, nonce: str | None) -> int:
        """Let a nonce of ours pass that has not expired; give when it expires, in seconds since 1970.

        Raises:
            NonceMissing: There is none.
            NonceStale: It has expired, or is not ours.
        """
        if not nonce:
            raise NonceMissing("The signature carries no nonce; use the one in the header Device-Nonce.")
        expiry = self._known.get(nonce) or self._verified(nonce)
        if expiry <= self._clock.now().timestamp():
            raise NonceStale("The nonce has expired; use the one in the header Device-Nonce.")
        return expiry

    def _verified(self, nonce: str) -> int:
        """Give the expiry of a nonce of ours, 0 for any other; tablets come with the same one many times."""
        expiry = _expiry_of(nonce)
        if not hmac.compare_digest(nonce.encode(), self._write(expiry).encode()):
            return 0
        if len(self._known) >= _MOST_KNOWN:
            self._known = {}
        self._known[nonce] = expiry
        return expiry

    def _write(self, expiry: int) -> str:
        stamp = expiry.to_bytes(_EXPIRY_BYTES, "big")
        return urlsafe_b64encode(
            stamp + hmac.digest(self._key, b"device-nonce" + stamp, "sha256")[:_MAC_BYTES]
        ).decode()


def _expiry_of(nonce: str) -> int:
    try:
        stamp = urlsafe_b64decode(nonce.encode("ascii"))
    except (Base64Error, ValueError):
        return 0
    return int.from_bytes(stamp[:_EXPIRY_BYTES], "big")
