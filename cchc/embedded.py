"""The two processes of the embedded profile, `python -m cchc.embedded web|worker`: each imports only what it runs."""

import os
import signal
import sys
import threading
from importlib import import_module

from cchc.supervisor import LIFELINE, REFUSED
from services.chassis.settings import Environment, SettingError, environment


def _end_with_supervisor(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the process named on the command line, as long as its supervisor lives."""
    if (lifeline := environment().get(LIFELINE)) is not None:
        threading.Thread(target=_end_with_supervisor, args=(int(lifeline),), name="lifeline", daemon=True).start()
    try:
        import_module(f"cchc.embedded_{sys.argv[1]}").run(Environment())
    except SettingError as refused:
        sys.stderr.write(f"{refused}\n")
        raise SystemExit(REFUSED) from None


if __name__ == "__main__":
    main()
