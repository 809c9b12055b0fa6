"""`python -m cchc.tied COMMAND…`: becomes a program that is told to end when its supervisor does, however that comes about."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel for the signal, which outlives the change of program, and change."""
    supervisor = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:
        sys.exit("the supervisor has ended meanwhile")
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - our own programs


if __name__ == "__main__":
    main()
