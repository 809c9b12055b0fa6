"""Checks the stream log as a subscriber would: every message against its digest, every channel place by place."""

from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import Connection, Engine, select, union

from services.chassis.domain import InvalidMessage
from services.chassis.envelope import decode
from services.gateway.streams.appending import heads_of
from services.gateway.streams.chain import beginning_of, digest_of, linked
from services.gateway.streams.log_tables import DAYS, ENTRIES, HEADS, MEMBERS

_AT_ONCE = 1000
ENTRY = "entries"
"""Where a message is that is not what was digested; any other finding is in a channel, named by its id."""

Find = Callable[[str, int, str], None]
"""Told where something is wrong, at which ordinal or sequence, and what."""


def check_log(engine: Engine, find: Find) -> int:
    """Check the whole log, as it is at one moment; give how many messages and places were checked.

    Raises:
        SQLAlchemyError: It cannot be read, or its tables are gone.
        TypeError, ValueError: It holds values that are none of its own.
    """
    with engine.connect().execution_options(stream_results=True, yield_per=_AT_ONCE) as connection:
        channels = sorted(connection.scalars(union(select(HEADS.c.channel), select(MEMBERS.c.channel))))
        return _check_entries(connection, find) + sum(_check_channel(connection, it, find) for it in channels)


def _check_entries(connection: Connection, find: Find) -> int:
    checked = 0
    placed = select(MEMBERS.c.ordinal).where(MEMBERS.c.ordinal == ENTRIES.c.ordinal).exists()
    query = select(ENTRIES.c.ordinal, ENTRIES.c.digest, ENTRIES.c.body, placed).order_by(ENTRIES.c.ordinal)
    for ordinal, digest, body, is_placed in connection.execute(query):
        checked += 1
        if not _is_digest(body, digest):
            find(ENTRY, ordinal, "the message was changed")
        if not is_placed:
            find(ENTRY, ordinal, "no channel has it")
    return checked


def _is_digest(body: bytes, digest: bytes) -> bool:
    try:
        return digest_of(decode(body)) == digest
    except (InvalidMessage, msgspec.MsgspecError, RecursionError, TypeError, ValueError):
        return False


def _check_channel(connection: Connection, channel: str, find: Find) -> int:
    checked, reached = 0, (0, beginning_of(channel))
    for sequence, digest, told in _places(connection, channel):
        checked += 1
        if sequence != reached[0] + 1:
            find(channel, sequence, f"it follows place {reached[0]}")
        elif digest is None:
            find(channel, sequence, "its message is missing")
        elif linked(reached[1], digest) != told:
            find(channel, sequence, "the hash does not follow from the one before")
        # From here on what the log itself says, so that one wrong place is one finding.
        reached = sequence, told
    _check_head(connection, channel, reached, find)
    _check_days(connection, channel, reached[0], find)
    return checked


def _check_head(connection: Connection, channel: str, reached: tuple[int, bytes], find: Find) -> None:
    """See that the head says where the places end."""
    head = heads_of(connection, [channel]).get(channel)
    if head is None:
        find(channel, reached[0], "its head is missing")
    elif (head.sequence, head.hash) != reached:
        find(channel, head.sequence, f"its head says {head.sequence}, and its places end at {reached[0]}")


def _check_days(connection: Connection, channel: str, reached: int, find: Find) -> None:
    """See that the days share out every place, without holes."""
    counted = 0
    days = select(DAYS.c.first, DAYS.c.last).where(DAYS.c.channel == channel).order_by(DAYS.c.first)
    for first, last in connection.execute(days):
        if first != counted + 1:
            find(channel, first, f"a day begins at it, and the one before ends at {counted}")
        counted = last
    if counted != reached:
        find(channel, reached, f"its days end at {counted}, and its places at {reached}")


def _places(connection: Connection, channel: str) -> Iterator[tuple[int, bytes | None, bytes]]:
    query = select(MEMBERS.c.sequence, ENTRIES.c.digest, MEMBERS.c.hash).outerjoin(
        ENTRIES, ENTRIES.c.ordinal == MEMBERS.c.ordinal
    )
    for row in connection.execute(query.where(MEMBERS.c.channel == channel).order_by(MEMBERS.c.sequence)):
        yield row.sequence, row.digest, row.hash
