"""Takes what the one-stop's software knows of a counter's day, and attributes the ballots it came too late for."""

from datetime import datetime

from services.chassis.clock import Clock
from services.chassis.streams import Streams, Versioned
from services.survey.domain import counter_day, staff
from services.survey.domain.commands import RecordCounterDay
from services.survey.domain.counter_day import CounterDay
from services.survey.domain.errors import UnknownCounter
from services.survey.handlers.kinds import COUNTER, COUNTER_DAY, STAND
from services.survey.handlers.staff import BallotDesk


class CounterDays:
    """Commands about counter days."""

    def __init__(self, streams: Streams, desk: BallotDesk, clock: Clock) -> None:
        """Record through `streams`; counter days are told in business time, as `clock` has it."""
        self._streams = streams
        self._desk = desk
        self._clock = clock

    def record(self, command: RecordCounterDay) -> Versioned[CounterDay]:
        """Record what is new, then attribute ballots of the tablets that ever stood at the counter.

        Raises:
            UnknownCounter: There is no such counter.
        """
        counter = self._streams.load(COUNTER, command.counter_id).state
        if not counter.exists:
            raise UnknownCounter(counter_id=command.counter_id)
        name = f"{command.counter_id}-{command.day}"
        day = self._streams.decide(
            COUNTER_DAY, name, lambda state: counter_day.record(state, command, fields=counter.fields)
        )
        for device_id in sorted(self._streams.load(STAND, command.counter_id).state):
            self._attribute(device_id, command, day.state)
        return day

    def _attribute(self, device_id: str, command: RecordCounterDay, day: CounterDay) -> None:
        def field_at(at: datetime) -> str:
            return day.field_at(at + self._clock.shift)

        self._desk.decide(
            device_id,
            lambda state: staff.attribute(state, command.counter_id, command.day, field_at),
            enough=lambda state: state.remembers(command.day),
        )
