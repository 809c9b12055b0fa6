"""Putting entries at the ends of channels: the next sequence, the hash, and the day under which it counts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, insert, select

from services.chassis.upsert import upsert
from services.gateway.streams.chain import beginning_of, linked
from services.gateway.streams.log_tables import DAYS, HEADS, MEMBERS

KEYS_PER_QUERY = 500
Key = TypeVar("Key")


class Head(NamedTuple):
    """How far a channel is. `day` is the newest one under which something counts."""

    epoch: int
    sequence: int
    hash: bytes
    day: date


class Joining(NamedTuple):
    """An entry on its way into a channel."""

    channel: str
    ordinal: int
    digest: bytes
    day: date


def append_to_channels(connection: Connection, joining: Sequence[Joining]) -> None:
    """Give each its place behind what the channel holds, in the given order.

    A day's places are a run without gaps: what tells of a day gone by counts under the channel's present one.
    """
    if not joining:
        return
    heads = heads_of(connection, {it.channel for it in joining})
    days: dict[tuple[str, date], tuple[int, int]] = {}
    members = []
    for channel, ordinal, digest, day in joining:
        head = heads.get(channel) or Head(1, 0, beginning_of(channel), date.min)
        head = Head(head.epoch, head.sequence + 1, linked(head.hash, digest), max(head.day, day))
        heads[channel] = head
        members.append((channel, head.sequence, ordinal, head.hash))
        first = days.get((channel, head.day), (head.sequence, 0))[0]
        days[channel, head.day] = (first, head.sequence)
    connection.execute(insert(MEMBERS), [dict(zip(MEMBERS.columns.keys(), it, strict=True)) for it in members])
    upsert(connection, HEADS, [(channel, *head) for channel, head in sorted(heads.items())])
    _extend_days(connection, days)


def heads_of(connection: Connection, channels: Iterable[str]) -> dict[str, Head]:
    """Give how far channels are; one that holds nothing is left out."""
    found: dict[str, Head] = {}
    for wanted in chunks_of(sorted(set(channels))):
        query = select(HEADS).where(HEADS.c.channel.in_(wanted))
        found |= {row.channel: Head(row.epoch, row.sequence, row.hash, row.day) for row in connection.execute(query)}
    return found


def chunks_of(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """Cut keys into as many as one query names."""
    for start in range(0, len(keys), KEYS_PER_QUERY):
        yield keys[start : start + KEYS_PER_QUERY]


def _extend_days(connection: Connection, days: dict[tuple[str, date], tuple[int, int]]) -> None:
    known: dict[tuple[str, date], int] = {}
    told = sorted({day for _, day in days})
    for channels in chunks_of(sorted({channel for channel, _ in days})):
        query = select(DAYS).where(DAYS.c.channel.in_(channels), DAYS.c.day.in_(told))
        known |= {(row.channel, row.day): row.first for row in connection.execute(query)}
    rows = [(*key, known.get(key, first), last) for key, (first, last) in sorted(days.items())]
    upsert(connection, DAYS, rows)
