"""Letting a crowd go on for a while, and waiting until nobody has anything left to do."""

import threading
from collections.abc import Callable, Sequence

from services.chassis.clock import monotonic


def pause(seconds: float) -> None:
    """A run is a length of time, not a condition."""
    threading.Event().wait(seconds)


def wait_for_nobody(behind: Callable[[], Sequence[str]], *, seconds: float) -> None:
    """Wait until nobody is behind; else say who still is."""
    deadline = monotonic() + seconds
    while left := behind():
        if monotonic() > deadline:
            raise TimeoutError(f"behind after {seconds:.0f} s: {'; '.join(left)}")
        pause(0.3)
