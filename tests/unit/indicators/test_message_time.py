"""When a figure's message says it was written."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.testing.in_memory import InMemoryEventStore
from services.indicators.domain.events import ServedReleased
from services.indicators.published_events import FigureMessages
from tests.support.fixed_clock import FixedClock


@pytest.mark.parametrize("minutes", [0, 7, 36, 59])
def test_a_message_is_cut_to_the_hour_of_business_time_whatever_the_shift(minutes: int) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 1, minutes, 25, tzinfo=UTC), shift=timedelta(days=-1720, seconds=-26_183))
    messages = FigureMessages(tenant="test", store=InMemoryEventStore(), clock=clock, new_id=lambda: UUID(int=1))
    (message,) = messages.of(ServedReleased(one_stop_id="xa-a", field="dat-dai", day="2021-06-18", served=3))
    assert message.value is not None
    written = datetime.fromisoformat(json.loads(message.value)["time"])
    shown = written + clock.shift
    assert (shown.minute, shown.second, shown.microsecond) == (0, 0, 0)
    assert timedelta() <= clock.now() - written < timedelta(hours=1)
