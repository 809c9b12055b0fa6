"""Keeps child processes alive: starts them, starts them again when they die, stops them together."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import BinaryIO

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0
GOOD_RUN_SECONDS = 60.0
"""A child that lived this long is started again at once when it dies."""
STOP_WITHIN_SECONDS = 10.0
LONGEST_LOG_BYTES = 50_000_000
REFUSED = 78
"""Exit code (EX_CONFIG) of a child that cannot work with its settings or its pack: starting it again changes nothing."""
LOG_IS_AWAY = 75
"""Exit code (EX_TEMPFAIL) of `cchc migrate` when it has migrated and the event log did not answer: relays make topics too."""
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""Without it glibc keeps freed memory apart for up to eight threads per core: 302 MB under load instead of 283."""
LIFELINE = "CCHC_LIFELINE"
"""Variable that tells a child the descriptor of a pipe that its supervisor holds open."""


@dataclass(slots=True)
class Child:
    """A process that has to be there."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    wait_seconds: float = FIRST_WAIT_SECONDS
    due_in_seconds: float = 0.0
    lived_seconds: float = 0.0

    def start(self, lifeline: int) -> None:
        """Start the process; it ends by itself when the other end of `lifeline` is closed, however that comes about."""
        environment = {**FEW_ARENAS, **self.environment, LIFELINE: str(lifeline)}
        with _opened(self.log) as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                self.command, env=environment, pass_fds=(lifeline,), stdout=log, stderr=log
            )

    def alive(self) -> bool:
        """Say whether it runs."""
        return self.process is not None and self.process.poll() is None

    def refuses(self) -> bool:
        """Say whether it ended because it cannot work with what it was told."""
        return self.process is not None and self.process.poll() == REFUSED

    def last_words(self) -> str:
        """Give the last line of its log."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return lines[-1] if lines else ""


@dataclass(slots=True)
class Supervisor:
    """Holds children up until it is told to stop. A child that keeps dying is waited for longer and longer."""

    children: Sequence[Child]
    said: Callable[[str], None]
    tick_seconds: float = 0.1
    stopping: threading.Event = field(default_factory=threading.Event)
    refused: bool = False
    """Whether a child said that it cannot work with its settings; then everything is stopped."""
    lifeline: tuple[int, int] = field(default_factory=os.pipe)

    def start(self) -> None:
        """Start every child and take SIGINT and SIGTERM as the wish to stop."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        for child in self.children:
            child.start(self.lifeline[0])

    def hold(self) -> None:
        """Watch the children until told to stop."""
        while not self.stopping.wait(self.tick_seconds):
            self.look()

    def look(self) -> None:
        """Look at each child once, one tick after the last time."""
        for child in self.children:
            self._watch(child)

    def _watch(self, child: Child) -> None:
        if child.alive():
            child.lived_seconds += self.tick_seconds
            if child.lived_seconds >= GOOD_RUN_SECONDS:
                child.wait_seconds = FIRST_WAIT_SECONDS
            return
        if child.refuses():
            self._give_up(child)
            return
        if child.process is not None:
            child.lived_seconds = 0.0
            self.said(
                f"{child.name} ended ({child.process.returncode}), see {child.log}; "
                f"starting it again in {child.wait_seconds:.1f} s"
            )
            child.process, child.due_in_seconds = None, child.wait_seconds
            child.wait_seconds = min(child.wait_seconds * 2, LONGEST_WAIT_SECONDS)
            return
        child.due_in_seconds -= self.tick_seconds
        if child.due_in_seconds <= 0:
            child.start(self.lifeline[0])

    def _give_up(self, child: Child) -> None:
        if not self.refused:
            self.said(f"{child.name} cannot start: {child.last_words()}")
        self.refused = True
        self.stopping.set()

    def stop(self) -> None:
        """Stop every child, by force when it does not listen."""
        running = [child.process for child in self.children if child.process is not None and child.alive()]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()


def _opened(log: Path) -> BinaryIO:
    """Open a log to write on; a long one is put aside first, in place of the one put aside before."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab")
