"""Notices for all readers of a process that a store's file was written to: one thread looks, whoever waits is woken."""

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.chassis.broker.outbox_file import OutboxFile
from services.chassis.clock import monotonic
from services.chassis.domain import Unavailable

WAKE_SECONDS = 0.005
"""How often each file is asked whether it changed, while anybody waits; that costs about 2 µs."""


_IDLE_LOOKS = 200
"""After so many looks for nobody the files are closed; whoever waits next hears of one change that was none."""


class OutboxWatch:
    """Counts the changes seen of each store. Threads share one; nothing is opened before somebody waits."""

    def __init__(self, stores: Mapping[str, Path]) -> None:
        """Watch the files of these stores."""
        self._paths = dict(stores)
        self._changes = dict.fromkeys(stores, 0)
        self._changed = threading.Condition()
        self._waiting = 0
        self._idle_looks = 0
        self._thread: threading.Thread | None = None

    def seen(self, stores: Iterable[str]) -> dict[str, int]:
        """Give how many changes of some stores were seen so far. Ask before reading: what comes later is then waited for."""
        with self._changed:
            return {store: self._changes[store] for store in stores}

    def wait(self, seen: Mapping[str, int], deadline: float) -> bool:
        """Wait until one of the stores has changed since `seen`, or until `deadline`; tell which it was."""
        with self._changed:
            if (left := deadline - monotonic()) <= 0:
                return self._is_news(seen)
            self._waiting += 1
            self._begin()
            try:
                return self._changed.wait_for(lambda: self._is_news(seen), left)
            finally:
                self._waiting -= 1

    def _is_news(self, seen: Mapping[str, int]) -> bool:
        return any(self._changes[store] != count for store, count in seen.items())

    def _begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, name="outbox-watch", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        """Look at the files as long as somebody waits now and then."""
        files = {store: OutboxFile(path) for store, path in self._paths.items()}
        pause = threading.Event()
        try:
            while self._tell([store for store, file in files.items() if _has_changed(file)]):
                pause.wait(WAKE_SECONDS)
        finally:
            for file in files.values():
                file.close()

    def _tell(self, changed: Iterable[str]) -> bool:
        with self._changed:
            for store in changed:
                self._changes[store] += 1
                self._changed.notify_all()
            self._idle_looks = 0 if self._waiting else self._idle_looks + 1
            if self._idle_looks > _IDLE_LOOKS:
                self._thread, self._idle_looks = None, 0
                return False
            return True


def _has_changed(file: OutboxFile) -> bool:
    try:
        return file.changed()
    except Unavailable:
        # Whoever reads the file says what is wrong with it.
        return True
