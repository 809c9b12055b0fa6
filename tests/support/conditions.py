"""Waiting for a condition with a deadline; tests never sleep for a while and hope."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], *, deadline_seconds: float = 10.0) -> None:
    """Return as soon as `condition` holds, or fail at the deadline."""
    deadline = time.monotonic() + deadline_seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold"
        time.sleep(0.005)
