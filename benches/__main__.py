"""`python -m benches [NAME …]`: runs benches one after the other, each in a process of its own; all when none is named."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent
NO_BENCHES = {"__main__", "table"}
"""Programs here that measure nothing."""


def names() -> list[str]:
    """Give the benches there are: the modules with a `main()`."""
    return sorted(
        path.stem.replace("_", "-")
        for path in FOLDER.glob("*.py")
        if path.stem not in NO_BENCHES and "\ndef main(" in path.read_text("utf-8")
    )


def run(chosen: Iterable[str]) -> list[str]:
    """Run benches and give those that failed; a bench that fails does not keep the others from running."""
    return [name for name in chosen if _code(name)]


def _code(name: str) -> int:
    print(f"# {name}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", f"benches.{name.replace('-', '_')}"]
    return subprocess.run(command, cwd=FOLDER.parent, check=False).returncode


def main() -> None:
    """Run what the command line names."""
    known = names()
    chosen = [name.replace("_", "-") for name in sys.argv[1:]] or known
    if unknown := [name for name in chosen if name not in known]:
        raise SystemExit(f"no such bench: {', '.join(unknown)}; there are {', '.join(known)}")
    if failed := run(chosen):
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
