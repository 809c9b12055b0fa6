"""A real Kafka, started by whatever this machine has: a given one, a container, or the broker's own jars."""

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from tests.support.servers.kafka_jars import kafka_jars
from tests.support.servers.ports import eventually, free_port

BOOTSTRAP_VARIABLE = "CCHC_TEST_KAFKA_BOOTSTRAP"

_PROPERTIES = """
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
log.dirs={folder}/log
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
"""
_CLUSTER_ID = "Y2NoYy10ZXN0cy1rYWZrYQ"
QUICK_TO_START: Sequence[str] = ("-XX:TieredStopAtLevel=1",)
"""Compiles once and lightly: a broker that lives for a minute costs 2.5 s of processor less. Benches do without it."""

# Length 10, API 18 (ApiVersions) version 0, correlation 1, no client id: any broker answers it once it is ready.
_API_VERSIONS_REQUEST = struct.pack(">ihhih", 10, 18, 0, 1, -1)


class KafkaServer(Protocol):
    """A broker that tests may ill-treat. After `kill` or `stop`, `restart` brings it back on its port, with its log."""

    bootstrap: str

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""

    def freeze(self) -> None:
        """Stop it from running; its sockets stay open and say nothing."""

    def thaw(self) -> None:
        """Let a frozen one run again."""

    def restart(self) -> None:
        """Start it again on the same port and log, and wait until it answers."""

    def stop(self) -> None:
        """End it for good."""


class GivenKafka:
    """A broker that somebody else runs. It cannot be ill-treated: tests that need to take one of their own."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def _refuse(self) -> None:
        raise RuntimeError(f"the broker given by {BOOTSTRAP_VARIABLE} is not ours to stop")

    kill = freeze = thaw = restart = _refuse

    def stop(self) -> None:
        """Leave it running."""


class LocalKafka:
    """One KRaft node of the real broker, run from its jars in a folder of its own."""

    def __init__(self, folder: Path, options: Sequence[str] = QUICK_TO_START) -> None:
        self._folder, self._port, self._options = folder, free_port(), options
        self._class_path = f"{kafka_jars()}/*"
        self.bootstrap = f"127.0.0.1:{self._port}"
        self._configuration = folder / "server.properties"
        self._configuration.write_text(_PROPERTIES.format(port=self._port, controller_port=free_port(), folder=folder))
        self._java("kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", self._configuration).wait(60)
        self._process = self._start()

    def _java(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        with (self._folder / "output.txt").open("ab") as output:
            return subprocess.Popen(
                ["java", "-Xmx512m", *self._options, "-cp", self._class_path, *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _start(self) -> subprocess.Popen[bytes]:
        process = self._java("kafka.Kafka", self._configuration)
        try:
            eventually(lambda: process.poll() is not None or answers(self.bootstrap), seconds=60, every=0.1)
        except TimeoutError:
            process.kill()
            process.wait()
            raise
        if process.poll() is not None:
            raise RuntimeError(f"Kafka did not start:\n{(self._folder / 'output.txt').read_text()[-2000:]}")
        return process

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Stop it from running; its sockets stay open and say nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one run again."""
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start it again on the same port and log, and wait until it answers."""
        if self._process.poll() is None:
            self.kill()
        self._process = self._start()

    def stop(self) -> None:
        """End it for good."""
        self.kill()

    @property
    def log_folder(self) -> Path:
        """Where the segments are, for tests that take some away from a broker that is not running."""
        return self._folder / "log"


def answers(bootstrap: str) -> bool:
    """Say whether a broker answers requests there."""
    host, port = bootstrap.split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1) as connection:
            connection.sendall(_API_VERSIONS_REQUEST)
            return len(connection.recv(4)) > 0
    except OSError:
        return False


@contextlib.contextmanager
def local_kafka(options: Sequence[str] = QUICK_TO_START) -> Iterator[LocalKafka]:
    """Run a broker from its jars, for those who are going to ill-treat it; `options` are Java's."""
    folder = Path(tempfile.mkdtemp(prefix="cchc-kafka-"))
    try:
        server = LocalKafka(folder, options)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def kafka_server(options: Sequence[str] = QUICK_TO_START) -> Iterator[KafkaServer]:
    """Give a broker: the one given by the environment, else a container, else one run from its jars with Java's `options`."""
    if given := os.environ.get(BOOTSTRAP_VARIABLE):  # noqa: TID251 - the test run's own variable
        yield GivenKafka(given)
        return
    from tests.support.servers.kafka_container import kafka_container  # noqa: PLC0415 - only where it may be used

    container = kafka_container()
    if container is None:
        with local_kafka(options) as server:
            yield server
        return
    try:
        yield container
    finally:
        container.stop()
