"""A PostgreSQL server for tests, benches and the chaos rig: a given one, a container, or local binaries."""

import getpass
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy.engine import make_url

GIVEN_URL = "CCHC_TEST_POSTGRES_URL"

HOW_TO_GET_ONE = (
    f"No PostgreSQL: set {GIVEN_URL}, start a Docker engine, or run `apt-get install postgresql` (15 or newer)."
)

START_DEADLINE_SECONDS = 30.0

SETTINGS = Path(__file__).parents[3] / "infra" / "postgres" / "postgresql.conf"
"""The product's own settings, with which a local server runs."""

_FOR_TESTS = """
listen_addresses = ''
log_min_messages = panic
max_wal_size = '1GB'
"""

_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

_SCHEMAS = """
SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""

_database_numbers = itertools.count(1)


class PostgresServer(Protocol):
    """A running server. `url` names its maintenance database."""

    url: str

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""

    def restart(self) -> None:
        """Start it again on the same data, and wait until it answers."""

    def stop(self) -> None:
        """End it in good order and remove its data."""


class GivenServer:
    """Somebody else's server, named by a URL. It cannot be killed."""

    def __init__(self, url: str) -> None:
        self.url = url

    def kill(self) -> None:
        raise NotImplementedError(f"the server of {GIVEN_URL} is not ours to kill")

    def restart(self) -> None:
        raise NotImplementedError(f"the server of {GIVEN_URL} is not ours to restart")

    def stop(self) -> None:
        """Leave it running."""


class ContainerServer:
    """A server in a container of the local Docker engine."""

    def __init__(self) -> None:
        from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - only where an engine answers

        self._container = PostgresContainer("postgres:17", driver=None).start()
        self.url = self._container.get_connection_url()

    def kill(self) -> None:
        self._container.get_wrapped_container().kill("SIGKILL")

    def restart(self) -> None:
        self._container.get_wrapped_container().start()
        # A restarted container may be given another port of the host.
        self.url = self._container.get_connection_url()
        _wait_until_it_answers(self.url)

    def stop(self) -> None:
        self._container.stop()


class LocalServer:
    """A server from this machine's binaries, in a temporary folder, reached by a Unix socket."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user = _unprivileged_user()
        self._folder = Path(tempfile.mkdtemp(prefix="cchc-pg-"))
        shutil.chown(self._folder, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://postgres@/postgres?host={self._folder}"
        self._initialise()
        self.restart()

    def _initialise(self) -> None:
        command = [self._binaries / "initdb", "-D", self._folder / "data", "-U", "postgres", "--auth=trust"]
        options = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([*command, *options], check=True, capture_output=True, cwd="/", **self._as_user())
        socket = f"unix_socket_directories = '{self._folder}'\n"
        configuration = self._folder / "data" / "postgresql.conf"
        configuration.write_text(SETTINGS.read_text() + _FOR_TESTS + socket)

    def _as_user(self) -> dict[str, str]:
        return {} if self._user == getpass.getuser() else {"user": self._user}

    def restart(self) -> None:
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        while not self._started_once():
            # Children of a killed server hold its shared memory for a moment longer.
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL did not start")

    def _started_once(self) -> bool:
        command = [self._binaries / "postgres", "-D", self._folder / "data"]
        self._process = subprocess.Popen(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_user()
        )
        return _wait_until_it_answers(self.url, self._process)

    def kill(self) -> None:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        self._process.kill()
        self._process.wait()
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                continue

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=START_DEADLINE_SECONDS)
        shutil.rmtree(self._folder)


class Databases:
    """Empty databases on one server. One that is given back is emptied and lent again: making one costs far more."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._free: list[str] = []

    def lend(self) -> str:
        """Give the URL of an empty database."""
        return self._free.pop() if self._free else self.create()

    def create(self, template: str = "template0") -> str:
        """Create a database from a template and give its URL."""
        name = f"cchc_{os.getpid()}_{next(_database_numbers)}"
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return make_url(self.server.url).set(database=name).render_as_string(hide_password=False)

    def take_back(self, url: str) -> None:
        """Empty a database, ending whoever is still connected to it."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_END_OTHERS)
            for (schema,) in connection.execute(_SCHEMAS).fetchall():
                connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())
            connection.execute("CREATE SCHEMA public")
        self._free.append(url)

    def close(self) -> None:
        """Drop what was created and came back."""
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            for url in self._free:
                connection.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)'.encode())


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Give the first server that can be had, and end it afterwards.

    Raises:
        RuntimeError: None can be had; the message says in one line how to get one.
    """
    server = _first_that_works()
    try:
        yield server
    finally:
        server.stop()


def local_binaries() -> Path | None:
    """Give the folder of the newest local server binaries."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    return max(folders, key=str, default=None)


def _first_that_works() -> PostgresServer:
    if url := os.environ.get(GIVEN_URL):  # noqa: TID251 - the product's settings know nothing of tests
        return GivenServer(url)
    if _docker_answers():
        return ContainerServer()
    if binaries := local_binaries():
        return LocalServer(binaries)
    raise RuntimeError(HOW_TO_GET_ONE)


def _docker_answers() -> bool:
    if (docker := shutil.which("docker")) is None:
        return False
    answer = subprocess.run([docker, "info", "--format", "{{.ServerVersion}}"], capture_output=True, check=False)
    return answer.returncode == 0


def _unprivileged_user() -> str:
    if os.getuid() != 0:
        return getpass.getuser()
    known = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes] | None = None) -> bool:
    deadline = time.monotonic() + START_DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            return False
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return True
    raise TimeoutError("PostgreSQL did not answer")
