"""Which signed requests show a device to be there now, and which may be an old one sent again by somebody else.

Nonces are reusable, so that a request heard before is still answered: everything in it is idempotent. It must only not
pass for a sign of life. A device takes the newest nonce that it has heard, so one with an older nonce tells nothing new.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

MOST_DEVICES = 20_000
MOST_WITH_ONE_NONCE = 1_024
"""So many requests with one nonce are told apart; further ones are no sign of life until the device hears another."""

_R_BYTES = 32
_MARK_BYTES = 8


@dataclass(slots=True)
class _Heard:
    expiry: int
    marks: set[bytes] = field(default_factory=set)


class HeardRequests:
    """Remembers of each device its newest nonce and the signatures that came with it. Threads share one per process."""

    def __init__(self, *, most_devices: int = MOST_DEVICES) -> None:
        self._most_devices = most_devices
        self._lock = Lock()
        self._heard: OrderedDict[str, _Heard] = OrderedDict()

    def is_first(self, device_id: str, *, nonce_expiry: int, signature: bytes) -> bool:
        """Say whether a verified request was sent just now by the device itself, and remember it."""
        # Of an ECDSA signature (r, s) anybody can make the other valid one, (r, -s): only r names the request.
        mark = signature[:_R_BYTES][-_MARK_BYTES:]
        with self._lock:
            heard = self._of(device_id, nonce_expiry)
            if nonce_expiry < heard.expiry or mark in heard.marks or len(heard.marks) >= MOST_WITH_ONE_NONCE:
                return False
            heard.marks.add(mark)
            return True

    def _of(self, device_id: str, nonce_expiry: int) -> _Heard:
        heard = self._heard.get(device_id)
        if heard is None or heard.expiry < nonce_expiry:
            heard = self._heard[device_id] = _Heard(nonce_expiry)
        self._heard.move_to_end(device_id)
        if len(self._heard) > self._most_devices:
            self._heard.popitem(last=False)
        return heard
