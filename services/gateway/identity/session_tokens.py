"""The access token with which the portal acts for a signed-in person, renewed before it ends."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.identity.tokens import TOKEN_LIFE, TokenSigner
from services.gateway.identity.sessions import SignedIn

_SPARE = timedelta(minutes=2)
_KEPT = 1000


class SessionTokens:
    """Keeps one token per session and signs a new one two minutes before it would end."""

    def __init__(self, signer: TokenSigner, clock: Clock) -> None:
        """Sign with the issuer's key."""
        self._signer = signer
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, tuple[str, datetime, frozenset[str]]] = OrderedDict()

    def token_for(self, signed_in: SignedIn) -> str:
        """Give a token good for at least two minutes, in the roles that the account has now."""
        account, now = signed_in.account, self._clock.now()
        with self._lock:
            token, ends_at, roles = self._tokens.get(signed_in.session_hash, ("", now, frozenset()))
            if now + _SPARE >= ends_at or roles != account.roles:
                token = self._signer.sign(account.account_id, roles=account.roles, scopes=account.scopes)
                self._tokens[signed_in.session_hash] = (token, now + TOKEN_LIFE, account.roles)
                self._tokens.move_to_end(signed_in.session_hash)
            while len(self._tokens) > _KEPT:
                self._tokens.popitem(last=False)
            return token

    def forget(self, session_hash: str) -> None:
        """Forget the token of a session that ended."""
        with self._lock:
            self._tokens.pop(session_hash, None)
