"""Sends the newest value of each key at once, then at most one per interval, and always the last one.

Keys that are due within a moment of each other go out together, so that many busy keys do not mean many sendings.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from services.chassis.clock import monotonic
from services.chassis.logging import get_logger

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Conflation(Generic[Key, Value]):
    """Values that replace each other, on their way to a receiver that wants few of them.

    The first value of a key goes out at once; what comes within the interval is merged, and goes out when it is over.
    One thread sends, and starts with the first value. What could not be sent waits for the interval and is sent again,
    until it is closed; `failure` says meanwhile why not.
    """

    def __init__(
        self,
        send: Callable[[Mapping[Key, Value]], None],
        *,
        merge: Callable[[Value, Value], Value],
        interval_seconds: float = 1.0,
        gather_seconds: float = 0.1,
    ) -> None:
        """Send through `send`, at most once in `gather_seconds`; `merge(waiting, newer)` makes one of two values."""
        self._send = send
        self._merge = merge
        self._interval = interval_seconds
        self._gather = gather_seconds
        self._changed = threading.Condition()
        self._waiting: dict[Key, Value] = {}
        self._sent_at: dict[Key, float] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._not_before = float("-inf")
        self.failure: str | None = None
        """Why the last values could not be sent, `None` when they were; a reason not to be ready."""

    def note(self, key: Key, value: Value) -> None:
        """Take a newer value; returns at once."""
        with self._changed:
            if (waiting := self._waiting.get(key)) is not None:
                # The sender knows of this key already; waking it for each value would cost more than sending.
                self._waiting[key] = self._merge(waiting, value)
                return
            self._waiting[key] = value
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="conflation", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Send what waits and stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (due := self._next()) is not None:
            try:
                self._send(due)
            except Exception as error:  # noqa: BLE001 - nobody would start the thread again
                get_logger().warning("conflation_send_failed", exc_info=True)
                self.failure = type(error).__name__
                self._take_back(due)
            else:
                self.failure = None

    def _next(self) -> Mapping[Key, Value] | None:
        with self._changed:
            while not self._waiting or not (due := self._due(monotonic())):
                if self._closed and not self._waiting:
                    return None
                self._changed.wait(self._pause(monotonic()))
            now = monotonic()
            self._not_before = now + self._gather
            for key in due:
                del self._waiting[key]
                self._sent_at[key] = now
            self._forget_old()
            return due

    def _due(self, now: float) -> dict[Key, Value]:
        if self._closed:
            return dict(self._waiting)
        if now < self._not_before:
            return {}
        return {key: value for key, value in self._waiting.items() if now >= self._due_at(key)}

    def _pause(self, now: float) -> float | None:
        if not self._waiting:
            return None
        return max(0.0, self._not_before - now, min(map(self._due_at, self._waiting)) - now)

    def _due_at(self, key: Key) -> float:
        return self._sent_at.get(key, float("-inf")) + self._interval

    def _take_back(self, refused: Mapping[Key, Value]) -> None:
        with self._changed:
            if self._closed:
                return
            self._not_before = monotonic() + self._interval
            for key, value in refused.items():
                newer = self._waiting.get(key)
                self._waiting[key] = value if newer is None else self._merge(value, newer)

    def _forget_old(self) -> None:
        now = monotonic()
        self._sent_at = {key: at for key, at in self._sent_at.items() if now - at < self._interval}
