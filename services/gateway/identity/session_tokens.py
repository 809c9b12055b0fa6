"""The access token with which the portal acts for a signed-in person, renewed before it ends."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.identity.callers import Appointment
from services.chassis.identity.tokens import TOKEN_LIFE, TokenSigner
from services.gateway.identity.sessions import SignedIn

_SPARE = timedelta(minutes=2)
_KEPT = 1000


_Signed = tuple[str, datetime, frozenset[str], frozenset[Appointment]]


class SessionTokens:
    """Keeps one token per session and signs a new one two minutes before it would end."""

    def __init__(self, signer: TokenSigner, clock: Clock) -> None:
        """Sign with the issuer's key."""
        self._signer = signer
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, _Signed] = OrderedDict()

    def token_for(self, signed_in: SignedIn) -> str:
        """Give a token good for at least two minutes, in the roles and units that the account has now."""
        account, now = signed_in.account, self._clock.now()
        with self._lock:
            nothing: _Signed = ("", now, frozenset(), frozenset())
            token, ends_at, *held = self._tokens.get(signed_in.session_hash, nothing)
            if now + _SPARE >= ends_at or held != [account.roles, account.appointments]:
                token = self._signer.sign(
                    account.account_id, roles=account.roles, scopes=account.scopes, appointments=account.appointments
                )
                signed = (token, now + TOKEN_LIFE, account.roles, account.appointments)
                self._tokens[signed_in.session_hash] = signed
                self._tokens.move_to_end(signed_in.session_hash)
            while len(self._tokens) > _KEPT:
                self._tokens.popitem(last=False)
            return token

    def forget(self, session_hash: str) -> None:
        """Forget the token of a session that ended."""
        with self._lock:
            self._tokens.pop(session_hash, None)
