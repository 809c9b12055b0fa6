"""Parts of pages as they were made last: two hundred open screens that hear of one change cost one rendering."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

_KEPT = 128
_LOCKS = 16


class Fragments:
    """Keeps the newest parts by what they were made from. Threads may share it."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._making = tuple(threading.Lock() for _ in range(_LOCKS))
        self._made: OrderedDict[Hashable, str] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], str]) -> str:
        """Give the part made from `key`; make it once, whoever asks at the same time.

        Who asks for another part does not wait for this one, but for one key in sixteen: a lock for each key that
        somebody thinks of would have no bound.
        """
        if (kept := self._kept(key)) is not None:
            return kept
        with self._making[hash(key) % _LOCKS]:
            if (kept := self._kept(key)) is None:
                self._keep(key, kept := make())
        return kept

    def _kept(self, key: Hashable) -> str | None:
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def _keep(self, key: Hashable, made: str) -> None:
        with self._lock:
            self._made[key] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
