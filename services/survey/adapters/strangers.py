"""Tablets that are not paired, as after the restore of a backup older than their pairing: told of in log and metrics."""

import re
from datetime import datetime, timedelta
from threading import Lock

from services.chassis.clock import Clock
from services.chassis.logging import get_logger
from services.chassis.metrics import UNKNOWN_DEVICES, Metrics

SILENCE = timedelta(minutes=10)
"""A tablet is named in the log at most once in this time."""

MOST_NAMED = 50
"""So many tablets are named in that time at most: anybody can send any id."""

_DEVICE_ID = re.compile(r"dev_[0-9A-Z]{8}\Z")

_log = get_logger()


class Strangers:
    """Counts every request of a device that is not paired, and warns of the device now and then. Threads share one."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        """Count in `metrics`, and tell by `clock` when to warn again."""
        self._clock = clock
        self._requests = metrics.counter(UNKNOWN_DEVICES)
        self._named: dict[str, datetime] = {}
        self._lock = Lock()

    def note(self, device_id: str) -> None:
        """Take notice of one request. What no tablet can be called is counted, never written down."""
        self._requests.inc()
        if _DEVICE_ID.match(device_id) and self._is_news(device_id, self._clock.now()):
            _log.warning("device_unknown", device_id=device_id)

    def _is_news(self, device_id: str, now: datetime) -> bool:
        with self._lock:
            self._named = {name: at for name, at in self._named.items() if now - at < SILENCE}
            if device_id in self._named or len(self._named) >= MOST_NAMED:
                return False
            self._named[device_id] = now
            return True
