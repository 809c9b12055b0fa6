"""The peers of the `append` bench, their settings pinned here."""

import re
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from sqlalchemy.engine import make_url

from benches.append_ours import DATA
from benches.report import Sample, cpu_seconds, measured
from services.chassis.database import open_database
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from tests.support.servers.postgres import local_binaries

PGBENCH_SECONDS = 2
PGBENCH_THREADS = 2

# The same row as ours, into the same table with the same indexes, its ids as random and its position as sequential.
ONE_FACT = f"""
INSERT INTO events VALUES (nextval('peer_positions'), 'thing-' || gen_random_uuid(), 0, 'things.thing_kept.v1',
    '{DATA}', '{{}}', clock_timestamp(), gen_random_uuid(), 'hash', NULL);
"""

# The fact and its message in one statement and one commit, numbered by a sequence, which is to say not densely.
FACT_AND_MESSAGE = f"""
WITH fact AS ({ONE_FACT.strip().removesuffix(";")})
INSERT INTO outbox VALUES (nextval('peer_positions'), 'things.thing.events.v1', 1, nextval('peer_positions'),
    'thing-' || gen_random_uuid(), '{DATA}', gen_random_uuid());
"""


class Pgbench:
    """PostgreSQL's own bench, one prepared statement and one commit per row."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        engine = open_database(url)
        with engine.begin() as connection:
            create_event_store(connection, incarnation=new_id())
            connection.exec_driver_sql("CREATE SEQUENCE peer_positions")
        engine.dispose()

    def run(self, clients: int, script: str = ONE_FACT) -> Sample:
        """Insert rows for a while."""
        cpu = cpu_seconds()
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script.replace("\n", " "))
            file.flush()
            answer = self._pgbench(clients, file.name)
        rate = float(re.search(r"tps = ([\d.]+)", answer)[1])  # type: ignore[index]
        items = int(re.search(r"actually processed: (\d+)", answer)[1])  # type: ignore[index]
        return Sample(items=items, seconds=items / rate, cpu_seconds=cpu_seconds() - cpu)

    def _pgbench(self, clients: int, script: str) -> str:
        binaries = local_binaries()
        program = str(binaries / "pgbench") if binaries else "pgbench"
        threads = min(clients, PGBENCH_THREADS)
        options = f"-n -M prepared -c {clients} -j {threads} -T {PGBENCH_SECONDS} -f {script}".split()
        target = f"postgresql://{self._url.username or ''}@/{self._url.database}?host={self._host}"
        return subprocess.run([program, *options, target], capture_output=True, text=True, check=True).stdout

    @property
    def _host(self) -> str:
        return str(self._url.query.get("host") or self._url.host)


class Thing(Aggregate):
    """An aggregate of the eventsourcing library, with one event."""

    @event("Kept")
    def __init__(self, data: str) -> None:
        self.data = data


class Eventsourcing:
    """The eventsourcing library 9.5.6 with its default PostgreSQL recorder, transcoder and pool, without a cache."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._application = Application[Any](
            env={
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": str(parsed.database),
                "POSTGRES_HOST": str(parsed.query.get("host") or parsed.host),
                "POSTGRES_PORT": str(parsed.port or 5432),
                "POSTGRES_USER": str(parsed.username),
                "POSTGRES_PASSWORD": parsed.password or "none",
            }
        )

    def run(self, *, threads: int, each: int) -> Sample:
        """Save new aggregates."""
        return measured(lambda: self._save_together(threads, each))

    def close(self) -> None:
        """Give connections back."""
        self._application.close()

    def _save_together(self, threads: int, each: int) -> int:
        started = [threading.Thread(target=self._save, args=(each,)) for _ in range(threads)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        return threads * each

    def _save(self, count: int) -> None:
        for _ in range(count):
            self._application.save(Thing(DATA))


class RawSqlite:
    """A bare insert and commit of the same row, into the same table, WAL and synchronous=FULL."""

    def __init__(self, path: Path) -> None:
        engine = open_database(f"sqlite:///{path}")
        with engine.begin() as connection:
            create_event_store(connection, incarnation=new_id())
        engine.dispose()
        self._connection = sqlite.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._position = 0

    def run(self, rows: int) -> Sample:
        """Insert rows, a commit each."""
        ids = [new_id() for _ in range(rows)]
        return measured(lambda: sum(self._insert(str(one), one.bytes) for one in ids))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _insert(self, name: str, command_id: bytes) -> int:
        self._position += 1
        row = (self._position, f"thing-{name}", 0, "things.thing_kept.v1", DATA.encode(), b"{}", 0, command_id, b"hash")
        self._connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", row)
        return 1
