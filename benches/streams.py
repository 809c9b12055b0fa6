"""The streams: copying into the log, a subscriber catching up by the feed, and many readers of events, beside peers.

Peers: a row per message written to SQLite without channels or hashes; a Starlette route that gives one batch from memory;
a Starlette app that puts each message into a queue per reader. Same server, same machine, in turn.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx
import msgspec
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert

from benches.report import Goal, Sample, cpu_seconds, interleaved, measured, note, report_comparison
from benches.stream_servers import BATCH_FILE
from services.chassis.database import open_database
from services.chassis.identity import TokenSigner
from services.chassis.identity.callers import Appointment
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.leases import Leases
from services.chassis.logging import configure_logging
from services.chassis.projector import Projector
from services.chassis.testing.in_memory import InMemoryBroker
from services.gateway.streams.log import STREAM_LOG
from tests.support.stream_log import Services

BENCH = "streams"
COPIED = 10_000
CAUGHT_UP = 40_000
READERS = 100
LIVE = 200
LIMIT = 1000
UNITS = ("xa-an", "xa-binh", "mot-cua-an", "huyen")


def main() -> None:
    """Measure, and print a JSON line per figure."""
    configure_logging("bench", level="error")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _copying(folder)
        services, projector = _a_filled_log(folder)
        token = _token(folder)
        with _server("ours", folder) as ours:
            batch = _feed(ours, token, "")[0]
            (folder / BATCH_FILE).write_bytes(batch)
            with _server("peer", folder) as peer:
                _catching_up(ours, peer, token)
                _listening(ours, peer, token, services, projector)
        projector.close()


def _copying(folder: Path) -> None:
    """Each message into four or five channels, hashed, against a bare row."""
    files = count()

    def ours() -> Sample:
        services = _some_services(COPIED)
        projector = _projector(folder / f"copy-{next(files)}.db", services)
        sample = measured(lambda: _drained(projector, COPIED))
        projector.close()
        return sample

    def peer() -> Sample:
        log = _some_services(COPIED).log
        bodies = [record.value for lane in log.lanes for record in log.read(lane)]
        return measured(lambda: _rows(folder / f"rows-{next(files)}.db", bodies[-COPIED:]))

    comparison = interleaved(ours, peer)
    report_comparison(
        BENCH, "copied into the log", "messages/s", comparison, peer="bare rows in SQLite", goal=Goal(at_least=2_000)
    )


def _rows(path: Path, bodies: list[bytes | None]) -> int:
    metadata = MetaData()
    table = Table("messages", metadata, Column("id", Integer, primary_key=True), Column("body", LargeBinary))
    engine = open_database(f"sqlite:///{path}")
    metadata.create_all(engine)
    for start in range(0, len(bodies), 2000):
        with engine.begin() as connection:
            connection.execute(insert(table), [{"body": body} for body in bodies[start : start + 2000]])
    engine.dispose()
    return len(bodies)


def _catching_up(ours: str, peer: str, token: str) -> None:
    def caught_up(url: str) -> Sample:
        return measured(lambda: _read_all(url, token))

    comparison = interleaved(lambda: caught_up(ours), lambda: caught_up(peer))
    report_comparison(
        BENCH,
        f"read by one subscriber of the feed, {LIMIT} a time",
        "messages/s",
        comparison,
        peer="the same batch from memory",
        goal=Goal(at_least=10_000),
    )


def _listening(ours: str, peer: str, token: str, services: Services, projector: Projector) -> None:
    message = msgspec.json.encode(httpx.get(f"{peer}/streams/v1/figures").json()[0])

    def publish_ours() -> None:
        for nth in range(LIVE):
            services.release(UNITS[nth % len(UNITS)])
        _drained(projector, LIVE)

    def publish_peer() -> None:
        httpx.post(f"{peer}/publish", content=b"\n".join([message] * LIVE)).raise_for_status()

    def listened(url: str, publish: Callable[[], None]) -> Sample:
        return asyncio.run(_heard(url, token, _end_of(url, token), publish))

    comparison = interleaved(lambda: listened(ours, publish_ours), lambda: listened(peer, publish_peer))
    report_comparison(
        BENCH,
        f"events to {READERS} readers at once",
        "messages/s",
        comparison,
        peer="a queue per reader",
        goal=Goal(at_least=2_000),
    )
    note(f"streams: {LIVE} messages to {READERS} readers each time, from the moment that they are published")


async def _heard(url: str, token: str, start: str, publish: Callable[[], None]) -> Sample:
    """Open the lines at the end of the channel, publish, and wait until everybody has everything."""
    opened = [await _open(url, token, start) for _ in range(READERS)]
    loop = asyncio.get_running_loop()

    async def deliver() -> int:
        published = loop.run_in_executor(None, publish)
        heard = await asyncio.gather(*(_count(reader) for reader, _ in opened))
        await published
        return sum(heard)

    cpu, started = cpu_seconds(), loop.time()
    items = await deliver()
    sample = Sample(items=items, seconds=loop.time() - started, cpu_seconds=cpu_seconds() - cpu)
    for _, writer in opened:
        writer.close()
    return sample


async def _open(url: str, token: str, start: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    asked = f"GET /streams/v1/figures/sse HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nLast-Event-ID: {start}\r\n\r\n"
    writer.write(asked.encode())
    await reader.readuntil(b"event: heartbeat")
    return reader, writer


async def _count(reader: asyncio.StreamReader) -> int:
    heard = 0
    while heard < LIVE:
        heard += (await reader.readuntil(b"\nid: ")).count(b"\nid: ")
    return heard


def _read_all(url: str, token: str) -> int:
    with httpx.Client(timeout=60) as client:
        after, read = "", 0
        while read < CAUGHT_UP:
            _, after = _feed(url, token, after, client)
            read += LIMIT
    return read


def _feed(url: str, token: str, after: str, client: httpx.Client | None = None) -> tuple[bytes, str]:
    ask = httpx.get if client is None else client.get
    answer = ask(f"{url}/streams/v1/figures", params={"after": after, "limit": LIMIT}, headers=_bearer(token))
    answer.raise_for_status()
    return answer.content, answer.headers.get("stream-token", "")


def _end_of(url: str, token: str) -> str:
    """Give the token of the channel's end; the peer has none, and needs none."""
    proof = httpx.head(f"{url}/streams/v1/figures/completeness?period=2021", headers=_bearer(token))
    return proof.headers.get("stream-token", "")


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _token(folder: Path) -> str:
    signer = TokenSigner(load_or_create_signing_key(folder / "access-signing.jwk"))
    return signer.sign("bench", scopes=["streams:read"], appointments=[Appointment("provincial_reader", "*")])


def _a_filled_log(folder: Path) -> tuple[Services, Projector]:
    services = _some_services(CAUGHT_UP)
    projector = _projector(folder / "streams.db", services)
    _drained(projector, CAUGHT_UP)
    return services, projector


def _some_services(messages: int) -> Services:
    services = Services()
    services.describe_all()
    for nth in range(messages):
        services.release(UNITS[nth % len(UNITS)])
    return services


def _projector(path: Path, services: Services) -> Projector:
    engine = open_database(f"sqlite:///{path}")
    return Projector(engine, InMemoryBroker(services.log), STREAM_LOG, Leases(engine, owner="bench"))


def _drained(projector: Projector, messages: int) -> int:
    while projector.run_once():
        pass
    return messages


@contextmanager
def _server(kind: str, folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "benches.stream_servers", kind, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.terminate()


if __name__ == "__main__":
    main()
