"""The issuer's public keys, kept for some minutes."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Lock
from typing import Any

from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import GuestProtocol, KeySet, OKPKey

from services.chassis.clock import Clock
from services.chassis.domain import Unavailable
from services.chassis.logging import get_logger

FetchJwks = Callable[[], Mapping[str, Any]]
"""Fetches the issuer's public keys, `{"keys": […]}`."""

_FRESH = timedelta(minutes=5)
_RETRY = timedelta(seconds=10)
_log = get_logger()


class CachedKeys:
    """Fetches keys when they are old, or when a token names one that is not known yet, at most every ten seconds."""

    def __init__(self, fetch: FetchJwks, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._keys: KeySet | None = None
        self._tried_at = clock.now() - _FRESH - _RETRY

    def find(self, token: GuestProtocol) -> OKPKey:
        """Give the key that a token's header names.

        Raises:
            InvalidKeyIdError: The issuer has no such key.
            Unavailable: No keys could be had yet.
        """
        kid = token.headers().get("kid")
        with self._lock:
            self._refresh(known=self._known(kid) is not None)
            key = self._known(kid)
            if self._keys is None:
                raise Unavailable("The issuer's keys cannot be had now.")
        if key is None:
            raise InvalidKeyIdError("the issuer has no such key")
        return key

    def _known(self, kid: object) -> OKPKey | None:
        return next((key for key in self._keys or () if key.kid == kid and isinstance(key, OKPKey)), None)

    def _refresh(self, *, known: bool) -> None:
        age = self._clock.now() - self._tried_at
        if age < (_FRESH if known else _RETRY):
            return
        self._tried_at = self._clock.now()
        try:
            self._keys = KeySet.import_key_set({"keys": list(self._fetch()["keys"])})
        except Exception:  # noqa: BLE001 - whatever keeps the keys away, the old ones stay good
            _log.warning("issuer_keys_not_fetched", exc_info=True)
