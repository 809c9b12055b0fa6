"""Free ports, and waiting for a condition with a deadline."""

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """Give a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(condition: Callable[[], object], *, seconds: float = 20, every: float = 0.02) -> None:
    """Wait until `condition` holds.

    Raises:
        TimeoutError: It did not hold within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{condition} did not hold within {seconds} s")
        time.sleep(every)
