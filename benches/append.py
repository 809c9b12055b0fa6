"""`append`: commands per second into the event store, beside a bare insert of the same row in the same run."""

import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benches.append_ours import Store
from benches.append_peers import FACT_AND_MESSAGE, Eventsourcing, Pgbench, RawSqlite
from benches.report import Goal, Sample, interleaved, note, report_comparison
from tests.support.servers.postgres import Databases, postgres_server

BENCH = "append"

Run = Callable[[], Sample]


def main() -> None:
    """Measure PostgreSQL, then SQLite, and print each figure."""
    with postgres_server() as server:
        databases = Databases(server)
        with Store(databases.create()) as store:
            _beside_pgbench(store, Pgbench(databases.create()))
            _beside_eventsourcing(store, databases.create())
    with tempfile.TemporaryDirectory() as folder:
        _beside_raw_sqlite(Path(folder))


def _beside_pgbench(store: Store, pgbench: Pgbench) -> None:
    note("pgbench: prepared, one row and one commit each, as many clients as we have threads")

    def compare(figure: str, ours: Run, peer: Run, goal: Goal | None) -> None:
        report_comparison(BENCH, figure, "facts/s", interleaved(ours, peer), peer="pgbench insert", goal=goal)

    compare(
        "PostgreSQL, 1 thread",
        lambda: store.fill(threads=1, calls=2500),
        lambda: pgbench.run(1),
        Goal(ratio_at_least=0.25),
    )
    compare(
        "PostgreSQL, 64 threads",
        lambda: store.fill(threads=64, calls=300),
        lambda: pgbench.run(64),
        Goal(ratio_at_least=0.7),
    )
    compare(
        "PostgreSQL, calls of 100, 1 thread",
        lambda: store.fill(threads=1, calls=200, size=100),
        lambda: pgbench.run(1),
        Goal(ratio_at_least=1.5),
    )
    compare(
        "PostgreSQL, calls of 100, 16 threads",
        lambda: store.fill(threads=16, calls=15, size=100),
        lambda: pgbench.run(16),
        Goal(ratio_at_least=1.5),
    )
    compare(
        "PostgreSQL, each with its numbered message, 64 threads",
        lambda: store.fill(threads=64, calls=250, with_message=True),
        lambda: pgbench.run(64, FACT_AND_MESSAGE),
        None,
    )


def _beside_eventsourcing(store: Store, url: str) -> None:
    with closing(Eventsourcing(url)) as library:
        comparison = interleaved(lambda: store.fill(threads=64, calls=200), lambda: library.run(threads=64, each=20))
    peer, goal = "eventsourcing 9.5.6, default", Goal(ratio_at_least=8)
    report_comparison(BENCH, "PostgreSQL, 64 threads, beside a library", "facts/s", comparison, peer=peer, goal=goal)


def _beside_raw_sqlite(folder: Path) -> None:
    with Store(f"sqlite:///{folder}/ours.db") as store, closing(RawSqlite(folder / "peer.db")) as raw:
        comparison = interleaved(lambda: store.fill(threads=1, calls=3000), lambda: raw.run(3000))
    peer, goal = "raw insert and commit", Goal(ratio_at_least=0.7)
    report_comparison(BENCH, "SQLite FULL, 1 thread", "facts/s", comparison, peer=peer, goal=goal)


if __name__ == "__main__":
    main()
