"""A relay as a process of its own, to be killed, frozen and followed by another."""

import signal
import subprocess
import sys
from dataclasses import asdict
from types import TracebackType
from typing import Self

import msgspec

from services.chassis.relay_process import RelaySettings

_PROGRAM = """
import sys, msgspec
from services.chassis.relay_process import RelaySettings, relay_main
relay_main(msgspec.json.decode(sys.argv[1], type=RelaySettings))
"""


class RelayProcess:
    """Runs until it is killed, told to end, or ends itself."""

    def __init__(self, settings: RelaySettings) -> None:
        arguments = [sys.executable, "-c", _PROGRAM, msgspec.json.encode(asdict(settings)).decode()]
        self._process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Stop it in the middle of whatever it does."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it stood."""
        self._process.send_signal(signal.SIGCONT)

    def exit_status(self, *, seconds: float = 30) -> int:
        """Wait until it has ended by itself."""
        return self._process.wait(seconds)

    def has_ended(self) -> bool:
        """Say whether it has ended."""
        return self._process.poll() is not None

    def end(self) -> int:
        """Ask it to end in good order."""
        self._process.terminate()
        return self._process.wait(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.has_ended():
            self.thaw()
            self.kill()
