"""Notices for all readers of a process what a store's outbox was given: one thread looks, and wakes whom it concerns."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.chassis.broker.outbox_file import OutboxFile
from services.chassis.clock import monotonic
from services.chassis.domain import Unavailable

WAKE_SECONDS = 0.005
"""How often the files are asked whether they changed, while anybody waits and somebody writes."""
CALM_WAKE_SECONDS = 0.02
"""How often when nobody has written for a while: waking costs about 0.3 ms of the processor, 6 % of one core at 5 ms."""
_BUSY_SECONDS = 2.0
_IDLE_LOOKS = 200
"""After so many looks for nobody the files are closed; whoever waits next hears of one change that was none."""


class OutboxWatch:
    """Counts the changes seen of each topic. Threads share one; nothing is opened before somebody waits.

    Args:
        stores: Where the file of each store is, by the store's name.
        owners: Which store writes a topic.
    """

    def __init__(self, stores: Mapping[str, Path], owners: Mapping[str, str]) -> None:
        """Watch the files of these stores."""
        of_store: defaultdict[Path, set[str]] = defaultdict(set)
        for topic, store in owners.items():
            of_store[stores[store]].add(topic)
        self._topics = {path: frozenset(topics) for path, topics in of_store.items()}
        self._changes = dict.fromkeys(owners, 0)
        self._lock = threading.Lock()
        self._waiting: dict[threading.Event, Mapping[str, int]] = {}
        self._idle_looks = 0
        self._thread: threading.Thread | None = None

    def seen(self, topics: Iterable[str]) -> dict[str, int]:
        """Give how many changes of some topics were seen so far. Ask before reading: what comes later is then waited for."""
        with self._lock:
            return {topic: self._changes[topic] for topic in topics}

    def wait(self, seen: Mapping[str, int], deadline: float) -> bool:
        """Wait until one of the topics has changed since `seen`, or until `deadline`; tell which it was."""
        bell, left = threading.Event(), deadline - monotonic()
        with self._lock:
            if self._is_news(seen):
                return True
            if left <= 0:
                return False
            self._waiting[bell] = seen
            self._begin()
        rung = bell.wait(left)
        with self._lock:
            del self._waiting[bell]
        return rung

    def _is_news(self, seen: Mapping[str, int]) -> bool:
        return any(self._changes[topic] != count for topic, count in seen.items())

    def _begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, name="outbox-watch", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        """Look at the files as long as somebody waits now and then."""
        tails = [_Tail(path, topics) for path, topics in self._topics.items()]
        pause, busy_until = threading.Event(), monotonic() + _BUSY_SECONDS
        try:
            while self._tell(news := frozenset().union(*(tail.news() for tail in tails))):
                if news:
                    busy_until = monotonic() + _BUSY_SECONDS
                pause.wait(WAKE_SECONDS if monotonic() < busy_until else CALM_WAKE_SECONDS)
        finally:
            for tail in tails:
                tail.close()

    def _tell(self, changed: frozenset[str]) -> bool:
        with self._lock:
            for topic in changed:
                self._changes[topic] += 1
            for bell, seen in self._waiting.items():
                if not changed.isdisjoint(seen):
                    bell.set()
            self._idle_looks = 0 if self._waiting else self._idle_looks + 1
            if self._idle_looks > _IDLE_LOOKS:
                self._thread, self._idle_looks = None, 0
                return False
            return True


class _Tail:
    """One store's outbox, and how far it has been looked at."""

    def __init__(self, path: Path, topics: frozenset[str]) -> None:
        self._file, self._topics = OutboxFile(path), topics
        self._newest: int | None = None
        self.close = self._file.close

    def news(self) -> frozenset[str]:
        """Give the topics that were written to since this was asked last; all of them where that cannot be told."""
        try:
            return self._news() if self._file.changed() else frozenset()
        except Unavailable:
            # Whoever reads the file says what is wrong with it.
            return self._topics

    def _news(self) -> frozenset[str]:
        before, self._newest = self._newest, self._file.newest()
        if before is None or self._newest < before:
            return self._topics
        rows = self._file.rows(
            "SELECT DISTINCT topic FROM outbox WHERE position > ? AND position <= ?", (before, self._newest)
        )
        return frozenset(row[0] for row in rows) & self._topics
