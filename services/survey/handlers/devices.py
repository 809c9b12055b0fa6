"""Pairs tablets with counters, keeps their bindings and keys."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.streams import Streams, Versioned
from services.survey.domain import device as rules
from services.survey.domain import stand
from services.survey.domain.commands import (
    BindDevice,
    IssuePairingCode,
    PairDevice,
    RevokeDevice,
    RotateDeviceKey,
    SpendPairingCode,
)
from services.survey.domain.counter import Counter
from services.survey.domain.device import Device
from services.survey.domain.errors import CounterIsClosed, PairingRefused, UnknownCounter
from services.survey.handlers.kinds import COUNTER, DEVICE, PAIRING_CODE, STAND

CODE_LENGTH = 8
CODE_LIFE = timedelta(hours=1)
"""A pairing code waits this long for its tablet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedCode:
    """A pairing code as it is shown once; only its keyed hash is kept."""

    code: str
    counter_id: str
    expires_at: datetime


class Devices:
    """Commands about tablets."""

    def __init__(self, streams: Streams, *, secret: bytes, new_code: Callable[[int], str]) -> None:
        """Record through `streams`; `secret` keys the hashes of pairing codes."""
        self._streams = streams
        self._secret = secret
        self._new_code = new_code

    def issue_code(self, counter_id: str, *, at: datetime, life: timedelta = CODE_LIFE) -> IssuedCode:
        """Make a one-time pairing code for a counter.

        Raises:
            UnknownCounter, CounterIsClosed: No tablet can stand there.
        """
        counter = self._serving(counter_id)
        code = self._new_code(CODE_LENGTH)
        command = IssuePairingCode(
            code_hash=self._hashed(code),
            device_id=f"dev_{self._new_code(CODE_LENGTH)}",
            counter_id=counter_id,
            one_stop_id=counter.one_stop_id,
            counter_name=counter.name,
            issued_at=at,
            expires_at=at + life,
        )
        self._streams.decide(PAIRING_CODE, command.code_hash, lambda state: rules.issue_code(state, command))
        return IssuedCode(code=code, counter_id=counter_id, expires_at=command.expires_at)

    def pair(self, code: str, public_jwk: dict[str, str], *, thumbprint: str, at: datetime) -> Device:
        """Spend a pairing code for a key and register the tablet. The same key may do so again.

        Raises:
            PairingRefused: The code is unknown, spent or old.
            ClaimTaken: The key belongs to another tablet.
        """
        spend = SpendPairingCode(thumbprint=thumbprint, at=at)
        hashed = self._hashed(code)
        spent = self._streams.decide(PAIRING_CODE, hashed, lambda state: rules.spend_code(state, spend)).state
        if (issued := spent.issued) is None:
            raise PairingRefused
        command = PairDevice(
            device_id=issued.device_id,
            public_jwk=public_jwk,
            counter_id=issued.counter_id,
            one_stop_id=issued.one_stop_id,
            counter_name=issued.counter_name,
            at=at,
        )
        # The counter's list comes first: a tablet that is listed and was never paired does no harm.
        self._stand(issued.counter_id, issued.device_id)
        return self._streams.decide(
            DEVICE,
            issued.device_id,
            lambda state: rules.pair(state, command),
            claims=(f"device-key:{thumbprint}",),
        ).state

    def bind(self, device_id: str, counter_id: str, *, at: datetime, expected: int | None = None) -> Versioned[Device]:
        """Put a tablet at another counter."""
        counter = self._serving(counter_id)
        command = BindDevice(
            device_id=device_id,
            counter_id=counter_id,
            one_stop_id=counter.one_stop_id,
            counter_name=counter.name,
            at=at,
        )
        self._stand(counter_id, device_id)
        return self._streams.decide(
            DEVICE, device_id, lambda state: rules.bind(state, command), expected_version=expected
        )

    def rotate_key(self, command: RotateDeviceKey) -> Versioned[Device]:
        """Let a tablet sign with another key."""
        return self._streams.decide(DEVICE, command.device_id, lambda state: rules.rotate_key(state, command))

    def revoke(self, command: RevokeDevice, *, expected: int | None = None) -> Versioned[Device]:
        """Listen to a tablet no more."""
        return self._streams.decide(
            DEVICE, command.device_id, lambda state: rules.revoke(state, command), expected_version=expected
        )

    def find(self, device_id: str) -> Device | None:
        """Give a tablet as it stood within the last two seconds, `None` for one that was never paired."""
        device = self._streams.recent(DEVICE, device_id)
        return device if device.exists else None

    def _stand(self, counter_id: str, device_id: str) -> None:
        self._streams.decide(STAND, counter_id, lambda state: stand.put(state, device_id))

    def _serving(self, counter_id: str) -> Counter:
        counter = self._streams.load(COUNTER, counter_id).state
        if not counter.exists:
            raise UnknownCounter(counter_id=counter_id)
        if counter.closed_on is not None:
            raise CounterIsClosed(counter_id=counter_id)
        return counter

    def _hashed(self, code: str) -> str:
        return hashlib.blake2b(code.upper().encode(), key=self._secret, digest_size=16, person=b"pairing").hexdigest()
