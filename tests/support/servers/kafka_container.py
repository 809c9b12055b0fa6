"""A real Kafka in a container, where a Docker engine answers."""

import shutil
import subprocess

from testcontainers.core.container import DockerContainer

from tests.support.servers.ports import eventually, free_port

_IMAGE = "apache/kafka:4.1.0"


class ContainerKafka:
    """One KRaft node in a container; the port stays the same over a restart."""

    def __init__(self) -> None:
        port = free_port()
        self.bootstrap = f"127.0.0.1:{port}"
        self._container = DockerContainer(_IMAGE).with_bind_ports(port, port)
        for name, value in _environment(port).items():
            self._container.with_env(name, value)
        self._container.start()
        self._wait()

    def _wait(self) -> None:
        from tests.support.servers.kafka import answers  # noqa: PLC0415 - that module chooses this one

        eventually(lambda: answers(self.bootstrap), seconds=90, every=0.2)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self._container.get_wrapped_container().kill()

    def freeze(self) -> None:
        """Stop it from running; its sockets stay open and say nothing."""
        self._container.get_wrapped_container().pause()

    def thaw(self) -> None:
        """Let a frozen one run again."""
        self._container.get_wrapped_container().unpause()

    def restart(self) -> None:
        """Start it again on the same port and log, and wait until it answers."""
        self._container.get_wrapped_container().restart(timeout=0)
        self._wait()

    def stop(self) -> None:
        """End it for good."""
        self._container.stop()


def _environment(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    }


def kafka_container() -> ContainerKafka | None:
    """Start a broker in a container, or give `None` where no engine answers or the image cannot be had."""
    if (docker := shutil.which("docker")) is None:
        return None
    if not _succeeds(docker, "info") or not (
        _succeeds(docker, "image", "inspect", _IMAGE) or _succeeds(docker, "pull", "--quiet", _IMAGE)
    ):
        return None
    return ContainerKafka()


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
