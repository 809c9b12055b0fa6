"""Where each lane of a store's outbox ends: found in one pass when it is asked first, then followed.

The outbox has no index by lane, which every ballot would pay for: looking for the last row of a quiet lane, or for the
rows that an empty one does not have, is a pass over all of it.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.chassis.broker.outbox_file import OutboxFile

_CHUNK = 10_000
_ROWS = "SELECT topic, partition, position FROM outbox"
_LIFE = "SELECT id FROM incarnations ORDER BY ordinal DESC LIMIT 1"

Lane = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Ends:
    """The position of the newest row of each lane that has one, among the rows up to `known_to`."""

    positions: Mapping[Lane, int]
    known_to: int


class LaneEnds:
    """The ends of one store's lanes. Threads share it."""

    def __init__(self, path: Path) -> None:
        """Keep the path; the file is opened for each look."""
        self._path = path
        self._lock = threading.Lock()
        self._life: bytes | None = None
        self._known = Ends({}, 0)

    def look(self) -> Ends:
        """Give how far each lane reaches now.

        Raises:
            Unavailable: The file cannot be read.
        """
        file = OutboxFile(self._path)
        try:
            with self._lock:
                self._follow(file)
                return self._known
        finally:
            file.close()

    def _follow(self, file: OutboxFile) -> None:
        newest = file.newest()
        lives = file.rows(_LIFE)
        if lives and lives[0][0] != self._life:
            # A restored store: what was known of its rows may be another's.
            self._life, self._known = lives[0][0], Ends({}, 0)
        if newest > (known_to := self._known.known_to):
            self._known = Ends({**self._known.positions, **_newest_rows(file, known_to, newest)}, newest)


def _newest_rows(file: OutboxFile, after: int, last: int) -> dict[Lane, int]:
    """Give the position of the newest row of each lane between two positions, going back until every lane is found."""
    missing = set(file.rows("SELECT topic, partition FROM outbox_heads"))
    found: dict[Lane, int] = {}
    before = last + 1
    while missing:
        # Rows of busy topics are soon of no interest; those of quiet ones are few.
        topics = sorted({topic for topic, _ in missing})
        marks = ", ".join("?" * len(topics))
        query = (
            f"{_ROWS} WHERE position > ? AND position < ? AND topic IN ({marks}) ORDER BY position DESC LIMIT {_CHUNK}"
        )
        rows = file.rows(query, (after, before, *topics))
        for topic, partition, position in rows:
            if (topic, partition) in missing:
                missing.remove((topic, partition))
                found[topic, partition] = position
        if len(rows) < _CHUNK:
            break
        before = rows[-1][2]
    return found
