"""How often one caller may ask: token buckets in the memory of one process.

Whoever proves who they are is never held up by their neighbours: an address pays only for requests that prove nobody,
a tablet only for its own.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Self

from services.chassis.http.refusals import TooManyRequests
from services.chassis.identity.addresses import subscriber_of
from services.chassis.settings import CALLER_RATE, DEVICE_RATE, Environment

AT_ONCE_SECONDS = 60
"""A caller who was quiet for so long may ask as often at once as that time would have allowed."""

MOST_REMEMBERED = 20_000


class TokenBuckets:
    """One bucket per key. The least recently used is forgotten first: by then it is full, or many have come since."""

    def __init__(self, per_second: float, *, most: int = MOST_REMEMBERED) -> None:
        """Refill by `per_second`; zero lets everybody through."""
        self._per_second = per_second
        self._size = per_second * AT_ONCE_SECONDS
        self._most = most
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Count the buckets that are remembered."""
        return len(self._left)

    def take(self, key: str, now: float) -> float:
        """Take one token at `now`, in seconds; give 0, or how many seconds it is until there is one."""
        if not self._per_second:
            return 0.0
        with self._lock:
            left, since = self._left.pop(key, (self._size, now))
            left = min(self._size, left + max(0.0, now - since) * self._per_second)
            taken = left >= 1
            self._left[key] = (left - 1 if taken else left, now)
            if len(self._left) > self._most:
                self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) / self._per_second


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """The buckets of one process; its apps share them."""

    callers: TokenBuckets = field(default_factory=lambda: TokenBuckets(float(CALLER_RATE.default or 0)))
    devices: TokenBuckets = field(default_factory=lambda: TokenBuckets(float(DEVICE_RATE.default or 0)))

    @classmethod
    def from_env(cls, env: Environment) -> Self:
        """Read the rates."""
        return cls(
            callers=TokenBuckets(env.number(CALLER_RATE)),
            devices=TokenBuckets(env.number(DEVICE_RATE)),
        )

    def admit_stranger(self, address: str, now: float) -> None:
        """Let a request through that proves nobody.

        Raises:
            TooManyRequests: Its address asks too often.
        """
        _admit(self.callers, subscriber_of(address), now)

    def admit_device(self, device_id: str, now: float) -> None:
        """Let a tablet's request through.

        Raises:
            TooManyRequests: The tablet asks too often; what it keeps is sent later.
        """
        _admit(self.devices, device_id, now)


def _admit(buckets: TokenBuckets, key: str, now: float) -> None:
    if wait := buckets.take(key, now):
        raise TooManyRequests("Come back later.", retry_after_seconds=ceil(wait))
