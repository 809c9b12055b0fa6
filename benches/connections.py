"""Connections spread evenly over a server's worker processes.

Left alone, gunicorn's workers share new connections by chance, and at times one of them takes all: a rate then tells
whether one core was used or two, and nothing about the server.
"""

import socket
import time
from pathlib import Path

_PATIENCE_SECONDS = 20.0
_MOST_TRIES = 400


def spread_out(port: int, *, parent: int, count: int) -> list[socket.socket]:
    """Open connections until each child of `parent` has accepted the same share of `count`; the rest are closed."""
    workers = _children(parent)
    share = count // len(workers)
    kept: dict[int, list[socket.socket]] = {worker: [] for worker in workers}
    for _ in range(_MOST_TRIES):
        opened = socket.create_connection(("127.0.0.1", port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mine = kept[_accepted_by(opened, workers)]
        if len(mine) == share:
            opened.close()
            # Who has just accepted is busy closing: the other one comes first next time.
            time.sleep(0.002)
            continue
        mine.append(opened)
        if all(len(own) == share for own in kept.values()):
            return [connection for pair in zip(*kept.values(), strict=True) for connection in pair]
    raise RuntimeError(f"one worker takes every connection of {port}")


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _accepted_by(connection: socket.socket, workers: list[int]) -> int:
    """Find the process that holds the other end."""
    own, server = connection.getsockname()[1], connection.getpeername()[1]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        inode = _inode(local=server, remote=own)
        for worker in workers:
            if inode and f"socket:[{inode}]" in _descriptors(worker):
                return worker
    raise RuntimeError("nobody accepts a connection")


def _inode(*, local: int, remote: int) -> str | None:
    wanted = (f":{local:04X}", f":{remote:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted[0]) and fields[2].endswith(wanted[1]) and fields[9] != "0":
            return fields[9]
    return None


def _descriptors(pid: int) -> set[str]:
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:
            continue
    return found
