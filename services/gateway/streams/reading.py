"""Reading the stream log: each question in one short transaction, on a database that this process never writes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, func, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from services.chassis.domain import Unavailable
from services.chassis.projector.builds import active_view
from services.gateway.streams.appending import heads_of
from services.gateway.streams.chain import beginning_of
from services.gateway.streams.channels import Channel
from services.gateway.streams.errors import ChannelUnknown, TokenStale
from services.gateway.streams.log import STREAM_LOG, tree_in
from services.gateway.streams.log_tables import DAYS, ENTRIES, EPOCHS, HEADS, MEMBERS
from services.gateway.streams.tokens import Token
from services.gateway.streams.unit_tree import UnitTree


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a channel, with the channel's whole hash there."""

    epoch: int
    sequence: int
    hash: bytes

    @property
    def token(self) -> Token:
        """Give the token to go on from here."""
        return Token.at(self.epoch, self.sequence, self.hash)


class Message(NamedTuple):
    """A message at its place in a channel."""

    place: Place
    body: bytes


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a channel holds of some days: places `first` to `last`, the hash before the first and after the last.

    The days are `closed` when the channel holds something of a later one: then nothing is added to them any more.
    """

    first: int | None
    last: int | None
    before: Place
    after: Place
    head: Place
    closed: bool

    @property
    def count(self) -> int:
        """Count the messages."""
        return 0 if self.first is None or self.last is None else self.last - self.first + 1


class StreamReader:
    """Answers what doors ask about the log."""

    def __init__(self, engine: Engine) -> None:
        """Read through an engine."""
        self._engine = engine

    def heads(self) -> dict[str, Place]:
        """Give how far every channel is that holds anything."""
        with self._reading() as connection:
            columns = (HEADS.c.channel, HEADS.c.epoch, HEADS.c.sequence, HEADS.c.hash)
            return {
                row.channel: Place(row.epoch, row.sequence, row.hash) for row in connection.execute(select(*columns))
            }

    def tree(self) -> UnitTree:
        """Give the units as the log has heard of them."""
        with self._reading() as connection:
            return tree_in(active_view(connection, STREAM_LOG))

    def head(self, channel: Channel) -> Place:
        """Give how far a channel is."""
        with self._reading() as connection:
            return _head(connection, channel)

    def after(self, channel: Channel, token: Token | None, limit: int) -> tuple[Place, list[Message]]:
        """Give where a subscriber stands, and the next messages from there.

        Raises:
            TokenStale: The channel does not hold what the subscriber has read.
        """
        with self._reading() as connection:
            head = _head(connection, channel)
            start = _start(connection, channel, token, head)
            # Whoever waits at the end asks again and again: one query tells that nothing came.
            return start, [] if start == head else _messages(connection, channel, start, limit)

    def completeness(self, channel: Channel, since: date, until: date) -> Completeness:
        """Say what a channel holds of the days from `since` to `until`, both included."""
        with self._reading() as connection:
            within = and_(DAYS.c.channel == channel.id, DAYS.c.day >= since, DAYS.c.day <= until)
            query = select(func.min(DAYS.c.first), func.max(DAYS.c.last)).where(within)
            first, last = connection.execute(query).one()
            head = _head(connection, channel)
            later = select(DAYS.c.day).where(DAYS.c.channel == channel.id, DAYS.c.day > until).limit(1)
            closed = connection.execute(later).first() is not None
            if first is None:
                earlier = select(func.max(DAYS.c.last)).where(DAYS.c.channel == channel.id, DAYS.c.day < since)
                standing = _place(connection, channel, head.epoch, connection.execute(earlier).scalar_one() or 0)
                return Completeness(None, None, standing, standing, head, closed)
            before = _place(connection, channel, head.epoch, first - 1)
            return Completeness(first, last, before, _place(connection, channel, head.epoch, last), head, closed)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (OperationalError, ProgrammingError) as error:
            raise Unavailable("the stream log cannot be read now") from error


def _head(connection: Connection, channel: Channel) -> Place:
    head = heads_of(connection, [channel.id]).get(channel.id)
    if head is not None:
        return Place(head.epoch, head.sequence, head.hash)
    if channel.unit_id is not None and not tree_in(active_view(connection, STREAM_LOG)).knows(channel.unit_id):
        raise ChannelUnknown("There is no such unit.", channel=channel.id)
    return Place(1, 0, beginning_of(channel.id))


def _place(connection: Connection, channel: Channel, epoch: int, sequence: int) -> Place:
    if sequence == 0:
        return Place(epoch, 0, beginning_of(channel.id))
    query = select(MEMBERS.c.hash).where(MEMBERS.c.channel == channel.id, MEMBERS.c.sequence == sequence)
    return Place(epoch, sequence, connection.execute(query).scalar_one())


def _start(connection: Connection, channel: Channel, token: Token | None, head: Place) -> Place:
    if token is None:
        return Place(head.epoch, 0, beginning_of(channel.id))
    if token.epoch <= head.epoch and token.sequence <= head.sequence:
        at_end = token.sequence == head.sequence
        place = head if at_end else _place(connection, channel, head.epoch, token.sequence)
        if token.fits(place.hash):
            return place
    raise TokenStale("The channel does not hold what you have read.", **_ways_on(connection, channel, token, head))


def _ways_on(connection: Connection, channel: Channel, token: Token, head: Place) -> Mapping[str, object]:
    """Say how to go on: from a snapshot, or, where the break is known, by giving up what was read behind it."""
    base = f"/streams/v1/{channel.id}"
    ways: dict[str, object] = {"channel": channel.id, "snapshot": f"{base}/snapshot"}
    since = and_(EPOCHS.c.channel == channel.id, EPOCHS.c.epoch > token.epoch)
    kept = connection.execute(select(func.min(EPOCHS.c.kept_through)).where(since)).scalar_one()
    if kept is not None and kept < token.sequence:
        place = _place(connection, channel, head.epoch, kept)
        ways |= {"kept_through": kept, "after": str(place.token), "feed": f"{base}?after={place.token}"}
    return ways


def _messages(connection: Connection, channel: Channel, start: Place, limit: int) -> list[Message]:
    query = select(MEMBERS.c.sequence, MEMBERS.c.hash, ENTRIES.c.body).join(
        ENTRIES, ENTRIES.c.ordinal == MEMBERS.c.ordinal
    )
    behind = query.where(MEMBERS.c.channel == channel.id, MEMBERS.c.sequence > start.sequence)
    rows = connection.execute(behind.order_by(MEMBERS.c.sequence).limit(limit))
    return [Message(Place(start.epoch, row.sequence, row.hash), row.body) for row in rows]
