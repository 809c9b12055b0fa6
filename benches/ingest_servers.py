"""The three servers of the ingest benches: ours, the bare one and the ordinary one, with the same gunicorn settings."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import environment

WORKERS, THREADS, CONNECTIONS = 2, 16, 16
SETTINGS = ("--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "75")
READY_WITHIN_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A server that answers."""

    port: int
    pid: int


@contextmanager
def server(app: str, env: Mapping[str, str]) -> Iterator[Running]:
    """Run an app under gunicorn until the block ends."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        *SETTINGS,
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "warning",
        app,
    ]
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, env={**environment(), **env}, cwd=root)
    try:
        _wait_for(port, process)
        yield Running(port=port, pid=process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"gunicorn ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
                probe.sendall(b"GET /livez HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                if probe.recv(12).startswith(b"HTTP/1.1 "):
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("gunicorn does not answer")
