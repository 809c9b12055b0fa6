"""What leaves the figure folder. Ballot ids, exact times and the journey of a ballot stay inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from services.chassis.clock import Clock, rfc3339
from services.chassis.domain import Event
from services.chassis.envelope import encode, partition_of
from services.chassis.event_store.port import EventStore, NewMessage
from services.chassis.ids import NewId
from services.indicators.domain.events import BlockReleased, ServedReleased
from services.indicators.domain.leaf import Leaf
from services.indicators.domain.lines import Line, lines_of
from services.indicators.domain.running.shares import value_of
from services.indicators.domain.running.table import shows

FIGURE_EVENTS = "indicators.figure.events.v1"
FIGURE_STATE = "indicators.figure.state.v1"

BLOCK_RELEASED = "cchc.indicators.block_released.v1"
SERVED_RELEASED = "cchc.indicators.served_released.v1"
FIGURE_SUMMED = "cchc.indicators.figure_summed.v1"
FIGURE_MOVED = "cchc.indicators.figure_moved.v1"


class Figure(Protocol):
    """The running sums of a leaf: whole blocks only."""

    @property
    def leaf(self) -> Leaf:
        """Say where."""

    @property
    def n(self) -> int:
        """Give the number of ballots."""

    @property
    def blocks(self) -> int:
        """Give the number of blocks summed."""

    @property
    def scores(self) -> Mapping[str, int]:
        """Give ballots per score."""

    @property
    def reasons(self) -> Mapping[str, int]:
        """Give ballots per reason."""

    @property
    def as_of(self) -> str:
        """Give the day on which the newest block closed."""


class Moved(Protocol):
    """A running figure of a unit that moved."""

    @property
    def indicator(self) -> str:
        """Give the indicator's code."""

    @property
    def unit_id(self) -> str:
        """Say whose figure it is."""

    @property
    def unit(self) -> str | None:
        """Say in which unit the indicator is defined to be told, where that is known."""

    @property
    def month(self) -> str:
        """Give the month, such as `2021-06`."""

    @property
    def sums(self) -> tuple[int, int]:
        """Give numerator and denominator."""

    @property
    def as_of(self) -> date:
        """Give the day at which it is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureMessages:
    """Writes the folder's public messages. None carries a causation, correlation or trace id."""

    tenant: str
    store: EventStore
    clock: Clock
    new_id: NewId

    def of(self, event: Event) -> tuple[NewMessage, ...]:
        """Give the messages of a fact.

        `BlockReleased`: one per leaf it touches. `ServedReleased`: one. `RemainderMovedUp`: none, it is private.
        """
        match event:
            case BlockReleased():
                return tuple(self._block(line) for line in lines_of(event))
            case ServedReleased():
                data = {
                    "one_stop_id": event.one_stop_id,
                    "field": event.field,
                    "day": event.day,
                    "served": event.served,
                }
                return (self._message(FIGURE_EVENTS, SERVED_RELEASED, _lane(event.one_stop_id), data),)
            case _:
                return ()

    def state(self, figure: Figure) -> NewMessage:
        """Give the state of a leaf as a compacted message."""
        data = {
            **figure.leaf._asdict(),
            "n": figure.n,
            "blocks": figure.blocks,
            "scores": dict(figure.scores),
            "reasons": dict(figure.reasons),
            "as_of": figure.as_of,
        }
        return self._message(FIGURE_STATE, FIGURE_SUMMED, figure.leaf.key, data)

    def moved(self, figure: Moved) -> NewMessage:
        """Give a running figure as it stands now. Such figures single nobody out, so its time is told exactly."""
        numerator, denominator = figure.sums
        data = {
            "indicator": figure.indicator,
            "unit_id": figure.unit_id,
            "month": figure.month,
            "numerator": numerator,
            "denominator": denominator,
            "value": value_of(shows(figure.indicator, figure.unit, denominator), numerator, denominator),
            "as_of": figure.as_of,
            "at": rfc3339(self.clock.business_now()),
        }
        key = f"figure-{figure.indicator}-{figure.unit_id}"
        return self._message(FIGURE_EVENTS, FIGURE_MOVED, key, data, time=self.clock.now())

    def _block(self, line: Line) -> NewMessage:
        data = {
            "block_id": line.block_id,
            **line.leaf._asdict(),
            "kind": line.kind,
            "size": line.size,
            "scores": dict(line.scores),
            "reasons": dict(line.reasons),
            "closed_on": line.closed_on,
        }
        return self._message(FIGURE_EVENTS, BLOCK_RELEASED, _lane(line.leaf.one_stop_id), data)

    def _message(
        self, topic: str, wire: str, key: str, data: Mapping[str, object], *, time: datetime | None = None
    ) -> NewMessage:
        value = encode(
            incarnation=self.store.incarnation(),
            event_id=self.new_id(),
            source=f"/cchc/{self.tenant}/indicators",
            type=wire,
            subject=key,
            time=time or _hour(self.clock),
            data=data,
            key=key,
        )
        return NewMessage(topic=topic, partition=partition_of(key), key=key, value=value)


def _lane(one_stop_id: str) -> str:
    return f"cell-{one_stop_id}"


def _hour(clock: Clock) -> datetime:
    # The minute in which the last ballot of a block arrived is nobody's business, and messages are kept for ever. The
    # hour is that of the civil day which people see, carried back to the real instant at which it began.
    hour = clock.business_now().replace(minute=0, second=0, microsecond=0)
    return (hour - clock.shift).astimezone(UTC)
