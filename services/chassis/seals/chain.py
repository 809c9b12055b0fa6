"""A seal, and how each is chained to the one before."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.seals.ledgers import Row, digest_of

NO_SEAL = bytes(32)
"""What the first seal is chained to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """A sealed range; `chain` covers it and all before it."""

    nth: int
    first_position: int
    last_position: int
    digest: bytes
    chain: bytes


def seal_of(rows: Sequence[Row], previous: Seal | None) -> Seal:
    """Seal a range of rows behind the seal before it."""
    digest = digest_of(rows)
    first, last = rows[0].position, rows[-1].position
    return Seal(
        nth=previous.nth + 1 if previous else 1,
        first_position=first,
        last_position=last,
        digest=digest,
        chain=chain_of(previous.chain if previous else NO_SEAL, first, last, digest),
    )


def chain_of(previous: bytes, first: int, last: int, digest: bytes) -> bytes:
    """Chain a range to what was sealed before it."""
    return hashlib.sha256(previous + struct.pack(">qq", first, last) + digest).digest()
