"""What a tablet sends: one immutable envelope per answer, or bytes that cannot be read as one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FIRST_PREV = "0" * 64
"""What the first envelope of a tablet names as the hash of the line before."""


class Kind(StrEnum):
    """What an envelope says about a ballot."""

    CAST = "cast"
    CHANGE = "change"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A moment at which a tablet heard the server's time, within one boot. `mono_ms` is the tablet's own running clock."""

    server: datetime
    mono_ms: float
    rtt_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """When the tablet says that the citizen answered. `wall` may be anything; `None` when it cannot be read."""

    mono_ms: float | None
    wall: datetime | None
    anchor: Anchor | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """An answer as it was read. Which fields are set depends on `kind`."""

    entry_id: str
    device_id: str
    boot_id: str
    seq: int
    prev: str
    kind: Kind
    ballot_id: str
    capture: Capture
    questionnaire: str = ""
    score: int | None = None
    reasons: tuple[str, ...] = ()
    card: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a batch: its bytes, and the envelope in them when there is one.

    Of a line without an envelope, `entry_id`, `seq` and `prev` are what could be read all the same.
    """

    raw: bytes
    sha256: str
    envelope: Envelope | None
    entry_id: str | None
    seq: int | None
    prev: str | None
