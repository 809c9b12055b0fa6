"""Parts of pages as they were made last: two hundred open screens that hear of one change cost one rendering."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

_KEPT = 128


class Fragments:
    """Keeps the newest parts by what they were made from. Threads may share it."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, str] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], str]) -> str:
        """Give the part made from `key`; make it once, whoever asks at the same time."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
                while len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]
