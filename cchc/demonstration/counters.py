"""The demonstration's tablets: one at a counter of each one-stop, where some of those served touch a face."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from cchc.demonstration.actors import Actor
from cchc.demonstration.tablet import Tablet
from services.chassis.clock import Clock, rfc3339

CODES = "/api/survey/v1/devices/pairing-codes"
COUNTER_DAYS = "/api/survey/v1/counter-days"
SCORES: Mapping[int, float] = {5: 0.52, 4: 0.33, 3: 0.09, 2: 0.04, 1: 0.02}
"""How people answer, as shares."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """Where a tablet stands."""

    counter_id: str
    one_stop_id: str
    fields: tuple[str, ...]


def first_counters(pack_counters: Sequence[Mapping[str, Any]]) -> Iterator[Counter]:
    """Give the first counter of each one-stop of a pack."""
    seen: set[str] = set()
    for counter in pack_counters:
        if counter["one_stop_id"] not in seen:
            seen.add(counter["one_stop_id"])
            fields = tuple(counter["fields"])
            yield Counter(counter_id=counter["id"], one_stop_id=counter["one_stop_id"], fields=fields)


class CounterTablet:
    """A tablet and the people who come by. It goes by its wall clock: a day of the demonstration lasts a second or two."""

    def __init__(self, counter: Counter, tablet: Tablet, random: Random, clock: Clock) -> None:
        """Stand at a counter; who answers what is drawn from `random`."""
        self.counter = counter
        self._tablet = tablet
        self._random = random
        self._clock = clock
        self._questionnaire = str(tablet.configuration["questionnaire"]["hash"])

    def work(self, day: date, software: Actor) -> int:
        """Let people be served and answer on a day, and send all of it; give how many ballots were cast."""
        ballots = self._random.randint(2, 7)
        self._tablet.clocks.wall = rfc3339(self._clock.now())
        for _ in range(ballots):
            score = self._random.choices(list(SCORES), weights=list(SCORES.values()))[0]
            self._tablet.tap(score, questionnaire=self._questionnaire)
        self._tablet.flush()
        software.send("POST", COUNTER_DAYS, self._served(day, ballots))
        return ballots

    def _served(self, day: date, ballots: int) -> dict[str, Any]:
        told = {
            "field": self._random.choice(self.counter.fields),
            "served": ballots + self._random.randint(4, 20),
            "through": f"{day.isoformat()}T11:00:00+07:00",
        }
        return {"counter_id": self.counter.counter_id, "day": day.isoformat(), "served": [told]}
