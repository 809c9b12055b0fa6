"""`ingest`: one signed, durable ballot per request, beside a bare Flask no-op and beside the ordinary way."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benches.connections import spread_out
from benches.ingest_requests import Fleet, a_fleet
from benches.ingest_servers import CONNECTIONS, Running, server
from benches.report import PAIRS, Comparison, Goal, Sample, cpu_seconds, measured, note, report, report_comparison
from benches.sender import Heard, send_all
from tests.support.servers.postgres import Databases, postgres_server

BENCH = "ingest"
PER_CONNECTION = 250
ARRIVALS_PER_SECOND = 200.0
OPEN_LOOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Servers:
    """The three of them, and the tablets that ours knows."""

    fleet: Fleet
    ours: Running
    noop: Running
    ordinary: Running


def main() -> None:
    """Measure rates in interleaved pairs, then latency at a steady rate."""
    with ExitStack() as stack:
        servers = start(stack)
        rates(servers, BENCH, "one ballot per request", per_connection=PER_CONNECTION, lines=1, goals=(0.3, 2.0))
        latency(servers)


def start(stack: ExitStack) -> Servers:
    """Start PostgreSQL and the three servers; they end with the stack."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    databases = Databases(stack.enter_context(postgres_server()))
    database, other = databases.create(), databases.create()
    fleet = a_fleet(database, folder, connections=CONNECTIONS)
    env = {
        "CCHC_DATA": str(folder),
        "CCHC_SURVEY_DATABASE": database,
        "CCHC_TENANT": "bench",
        "CCHC_LOG_LEVEL": "warning",
        "BENCH_DATABASE": other,
    }
    return Servers(
        fleet,
        stack.enter_context(server("services.survey.app:create_app()", env)),
        stack.enter_context(server("benches.peers.noop_app:create_app()", env)),
        stack.enter_context(server("benches.peers.ordinary_app:create_app()", env)),
    )


def rates(
    servers: Servers, bench: str, figure: str, *, per_connection: int, lines: int, goals: tuple[float, float]
) -> None:
    """Compare ours with both peers in turn, the same bytes to each, after one round that is not counted."""
    triples: list[tuple[Sample, Sample, Sample]] = []
    for _ in range(PAIRS + 1):
        requests = servers.fleet.requests(per_connection, lines=lines)
        noop = _run(servers.noop, requests, lines, created=False)
        triples.append((_run(servers.ours, requests, lines), noop, _run(servers.ordinary, requests, lines)))
    kept = triples[1:]
    note(f"{bench}: each server's {CONNECTIONS} connections spread evenly over its workers, so no run was left out")
    _compare(bench, figure, [(ours, noop) for ours, noop, _ in kept], "bare Flask no-op", goals[0])
    _compare(bench, figure, [(ours, other) for ours, _, other in kept], "Flask + ORM + marshmallow + outbox", goals[1])


def _compare(bench: str, figure: str, pairs: Sequence[tuple[Sample, Sample]], peer: str, goal: float) -> None:
    comparison = Comparison(ours=tuple(ours for ours, _ in pairs), peer=tuple(theirs for _, theirs in pairs))
    report_comparison(bench, figure, "ballots/s", comparison, peer=peer, goal=Goal(ratio_at_least=goal))


def _run(running: Running, requests: list[list[bytes]], lines: int, *, created: bool = True) -> Sample:
    heard = Heard()
    connections = spread_out(running.port, parent=running.pid, count=CONNECTIONS)

    def work() -> int:
        nonlocal heard
        heard = send_all(connections, requests)
        return sum(heard.statuses.values()) * lines

    sample = measured(work)
    expected = sum(map(len, requests))
    if heard.statuses != {200: expected} or (created and heard.verdicts["created"] != expected * lines):
        raise RuntimeError(f"not every ballot was taken: {heard.statuses} {heard.verdicts}")
    return sample


def latency(servers: Servers) -> None:
    """Measure how long an acknowledgement takes at a steady arrival of single ballots."""
    per_connection = int(ARRIVALS_PER_SECOND * OPEN_LOOP_SECONDS / CONNECTIONS)
    running = servers.ours
    connections = spread_out(running.port, parent=running.pid, count=CONNECTIONS)
    send_all(connections, servers.fleet.requests(20, lines=1), per_second=ARRIVALS_PER_SECOND)
    connections = spread_out(running.port, parent=running.pid, count=CONNECTIONS)
    requests = servers.fleet.requests(per_connection, lines=1)
    cpu = cpu_seconds(running.pid)
    heard = send_all(connections, requests, per_second=ARRIVALS_PER_SECOND)
    spent = cpu_seconds(running.pid) - cpu
    at = f"at {ARRIVALS_PER_SECOND:g} arrivals/s, open loop"
    report(BENCH, f"p50 {at}", heard.percentile(0.5) * 1000, "ms")
    report(BENCH, f"p99 {at}", heard.percentile(0.99) * 1000, "ms", goal=Goal(at_most=100))
    report(BENCH, f"processor time of the server {at}", spent / len(heard.latencies) * 1e6, "µs/ballot")


if __name__ == "__main__":
    main()
