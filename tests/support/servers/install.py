"""Installs what the full tests need and this machine lacks; without root it prints the line that would."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import environment
from tests.support.servers.kafka_jars import kafka_jars


@dataclass(frozen=True)
class Need:
    """Something that Debian has. `there` says whether this machine has it already."""

    package: str
    programs: tuple[str, ...]

    def there(self) -> bool:
        return any(list(Path("/").glob(program.lstrip("/"))) for program in self.programs)


NEEDS = (
    Need("postgresql", ("/usr/lib/postgresql/*/bin/initdb",)),
    Need("chromium", ("/usr/bin/chromium",)),
    Need("default-jdk-headless", ("/usr/bin/java",)),
    Need("maven", ("/usr/bin/mvn",)),
    Need("fonts-noto-core", ("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",)),
)


def main() -> None:
    missing = [need.package for need in NEEDS if not need.there()]
    if missing:
        install(missing)
    kafka_jars()


def install(packages: list[str]) -> None:
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"the full tests need more than this machine has; as root: {line}")
    quiet = {**environment(), "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
    subprocess.run(line.split(), check=True, env=quiet, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
