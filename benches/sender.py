"""A light sender: requests made beforehand, over connections that stay open, from one thread without a client library."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"


@dataclass(slots=True)
class Heard:
    """What came back: how many, by which status, and how long each took in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Give a percentile of the latencies."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    requests: Sequence[bytes]
    sent: int = 0
    due_at: float = 0.0
    is_waiting: bool = False
    buffer: bytearray = field(default_factory=bytearray)


def send_all(
    opened: Sequence[socket.socket], requests: Sequence[Sequence[bytes]], *, per_second: float | None = None
) -> Heard:
    """Send each connection's requests in order, hear every answer, and close the connections.

    Args:
        opened: Connections to the server, see `connections.spread_out`.
        requests: One sequence per connection.
        per_second: Open loop: arrivals of all connections together, each on its own schedule, and latencies counted
            from when a request was due. Without it, each connection sends as soon as it has its answer.
    """
    heard = Heard()
    with selectors.DefaultSelector() as selector:
        connections = [_Connection(*pair) for pair in zip(opened, requests, strict=True)]
        started = time.perf_counter()
        for nth, connection in enumerate(connections):
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.due_at = started + (nth / per_second if per_second else 0.0)
        _serve(selector, connections, heard, interval=len(connections) / per_second if per_second else 0.0)
        for connection in connections:
            connection.socket.close()
    return heard


def _serve(selector: selectors.BaseSelector, connections: list[_Connection], heard: Heard, *, interval: float) -> None:
    left = sum(len(connection.requests) for connection in connections)
    while left:
        now = time.perf_counter()
        for connection in connections:
            if not connection.is_waiting and connection.sent < len(connection.requests) and connection.due_at <= now:
                connection.socket.sendall(connection.requests[connection.sent])
                connection.sent += 1
                connection.is_waiting = True
                if not interval:
                    connection.due_at = now
        for key, _ in selector.select(_pause(connections, interval)):
            connection = key.data
            if _hear(connection, heard):
                left -= 1
                heard.latencies.append(time.perf_counter() - connection.due_at)
                connection.is_waiting = False
                if interval:
                    connection.due_at += interval


def _pause(connections: list[_Connection], interval: float) -> float | None:
    if not interval:
        return None
    idle = [each.due_at for each in connections if not each.is_waiting and each.sent < len(each.requests)]
    return max(0.0, min(idle) - time.perf_counter()) if idle else None


def _hear(connection: _Connection, heard: Heard) -> bool:
    """Read what has come; say whether an answer is complete."""
    chunk = connection.socket.recv(65536)
    if not chunk:
        raise ConnectionError("the server closed a connection")
    buffer = connection.buffer
    buffer += chunk
    end = buffer.find(_HEAD_END)
    if end < 0:
        return False
    head = bytes(buffer[:end]).lower()
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
    if len(buffer) < end + 4 + length:
        return False
    status = int(head[9:12])
    heard.statuses[status] += 1
    if status == 200:
        _count(bytes(buffer[end + 4 :]), heard)
    buffer.clear()
    return True


def _count(body: bytes, heard: Heard) -> None:
    # A cheap count is enough here: decoding every answer would make the sender the bottleneck.
    heard.verdicts["created"] += body.count(b'"created"')
