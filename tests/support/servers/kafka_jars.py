"""The real broker's jars, fetched once by `infra/kafka/pom.xml`."""

import fcntl
import shutil
import subprocess
from pathlib import Path

_PROJECT = Path(__file__).parents[3] / "infra" / "kafka"
_JARS = _PROJECT / "target" / "dependency"


def kafka_jars() -> Path:
    """Give the folder of jars, fetching them when it is empty.

    Raises:
        RuntimeError: Java or Maven is missing; the message says how to get them.
    """
    if shutil.which("java") is None or (not _fetched() and shutil.which("mvn") is None):
        raise RuntimeError("Kafka is missing: run `make setup-servers` (apt-get install openjdk-17-jre-headless maven)")
    _JARS.mkdir(parents=True, exist_ok=True)
    with (_PROJECT / "target" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _fetched():
            command = ["mvn", "--quiet", "--batch-mode", "--file", _PROJECT / "pom.xml", "dependency:copy-dependencies"]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            (_JARS / "complete").touch()
    return _JARS


def _fetched() -> bool:
    # The mark is older than the project file when a version was changed.
    mark = _JARS / "complete"
    return mark.exists() and mark.stat().st_mtime >= (_PROJECT / "pom.xml").stat().st_mtime
