"""Which records of a lane still count after its store was restored or promoted. Pure.

A store's life is an incarnation. A restore begins a new one and says so in each lane by a marker `{previous,
kept_through}`, numbered `kept_through + 1`. Of the previous life only what the backup held still stands: records of a
superseded incarnation with a greater number are skipped, wherever a late relay may have put them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from services.chassis.domain import InvalidMessage
from services.chassis.envelope import decode

MARKER_TYPE = "cchc.chassis.incarnation_started.v1"
"""The type of a marker. The projector consumes markers itself; no handler sees one."""

_MARKER_BYTES = MARKER_TYPE.encode()


class Diverged(Exception):  # noqa: N818 - names the state of the read model
    """Raised when a read model holds facts that a restore took back; only a rebuild helps (`cchc reconcile`)."""


@dataclass(frozen=True, slots=True)
class Marker:
    """The beginning of an incarnation, in one lane."""

    incarnation: str
    previous: str
    kept_through: int


class _MarkerData(msgspec.Struct):
    previous: str
    kept_through: int


def marker_of(value: bytes | None) -> Marker | None:
    """Read a body as a marker, or give `None` when it is an ordinary message.

    Raises:
        InvalidMessage: It calls itself a marker and is none.
    """
    if value is None or _MARKER_BYTES not in value:
        return None
    event = decode(value)
    if event.type != MARKER_TYPE:
        return None
    try:
        data = msgspec.json.decode(event.data, type=_MarkerData)
    except msgspec.DecodeError as error:
        raise InvalidMessage(str(error)) from error
    return Marker(event.incarnation, data.previous, data.kept_through)


class Lineage:
    """The lives of one lane's store: the present one, and how much of each earlier one still stands."""

    def __init__(self, markers: Iterable[Marker] = (), root: str | None = None) -> None:
        """Begin with the markers met so far, in that order; `root` is the incarnation of what was read before any."""
        self._markers = {marker.incarnation: marker for marker in markers}
        self.root = root
        self._limits = self._walk()

    @property
    def current(self) -> str | None:
        """The present incarnation, `None` before the first record."""
        return next(reversed(self._markers), self.root)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers met so far, in that order."""
        return tuple(self._markers.values())

    def knows(self, incarnation: str) -> bool:
        """Tell whether the incarnation is one of this lane's lives, standing or not."""
        return incarnation in self._markers or incarnation in self._limits

    def connects(self, marker: Marker) -> bool:
        """Tell whether the life before the marker's is known, so that nothing between them is missing."""
        return self.current is None or self.knows(marker.previous)

    def add(self, marker: Marker) -> bool:
        """Learn a marker; a second appearance changes nothing and gives `False`."""
        if marker.incarnation in self._markers or marker.incarnation == self.root:
            return False
        self._markers[marker.incarnation] = marker
        self._limits = self._walk()
        return True

    def adopt(self, root: str) -> None:
        """Take the first record's incarnation as the lane's first life."""
        self.root = root
        self._limits = self._walk()

    def limit(self, incarnation: str) -> float:
        """Give the greatest number of that incarnation which still stands; below zero for none at all."""
        return self._limits.get(incarnation, -1)

    def kept(self, incarnation: str, last: int) -> int:
        """Say how much still stands of a lane that was read through `last`, of `incarnation`."""
        while incarnation not in self._limits and incarnation in self._markers:
            last = min(last, self._markers[incarnation].kept_through)
            incarnation = self._markers[incarnation].previous
        return int(max(0, min(last, self._limits.get(incarnation, 0))))

    def _walk(self) -> dict[str, float]:
        limits: dict[str, float] = {}
        incarnation, limit = self.current, math.inf
        while incarnation is not None and incarnation not in limits:
            limits[incarnation] = limit
            if (marker := self._markers.get(incarnation)) is None:
                break
            incarnation, limit = marker.previous, min(limit, marker.kept_through)
        return limits
