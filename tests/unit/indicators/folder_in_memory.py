"""The folder's rules with everything held in memory, a calendar of days, and restarts from facts."""

from datetime import date, timedelta
from uuid import UUID

from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.ballot import Target
from services.indicators.domain.desk import Desk
from services.indicators.domain.events import BlockReleased, RemainderMovedUp
from services.indicators.domain.leaf import Cell
from services.indicators.domain.move_up import moved_up, overdue_since
from services.indicators.domain.release import Closing, release_due
from services.indicators.domain.rules import ReleaseRules

UNITS = {"mot-cua": "huyen", "xa-a": "huyen", "xa-b": "huyen"}


class Folder:
    """Survey's facts go in, the folder's own facts come out in `facts`."""

    def __init__(self, rules: ReleaseRules | None = None) -> None:
        self.rules = rules or ReleaseRules()
        self.desk = Desk()
        self.facts: list[BlockReleased | RemainderMovedUp] = []
        self.today = date(2021, 6, 18)
        self._ids = 0

    @property
    def blocks(self) -> list[BlockReleased]:
        return [fact for fact in self.facts if isinstance(fact, BlockReleased)]

    @property
    def day(self) -> str:
        return self.today.isoformat()

    def take(self, ballot: str, target: Target) -> None:
        self.desk.take(ballot, target)
        self._release(self.desk.due)

    def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.today += timedelta(days=1)
            self.move_up()

    def move_up(self) -> None:
        overdue = overdue_since(self.today, self.rules, WorkingCalendar())
        waited = set()
        for queue in sorted(self.desk.queues, key=lambda queue: queue.key):
            ballots = [ballot for ballot in self.desk.in_order(queue) if self.desk.since(ballot) <= overdue]
            fact = moved_up(queue, ballots, self.rules, units=UNITS, on=self.day) if ballots else None
            if fact is not None:
                self.desk.fold(fact)
                self.facts.append(fact)
            elif ballots and self.rules.above(queue.leaf.level) is None:
                waited.add(queue)
        self._release(self.desk.due | waited, frozenset(waited))

    def restart(self) -> None:
        """Lose everything but survey's facts and the folder's own; read the latter first, as a rebuild does."""
        before, targets = self.desk, dict(self.desk.targets)
        self.desk = Desk()
        for fact in self.facts:
            self.desk.fold(fact)
        for ballot, target in targets.items():
            self.desk.take(ballot, target)
        assert self.desk.places == before.places
        assert self.desk.tallies == before.tallies
        assert {queue: ballots for queue, ballots in self.desk.queues.items() if ballots} == {
            queue: ballots for queue, ballots in before.queues.items() if ballots
        }

    def _release(self, queues, waited=frozenset()) -> None:
        closing = Closing(rules=self.rules, on=self.day, new_id=self._new_id, last_wait_over=waited)
        facts = release_due(self.desk, set(queues), closing)
        self.facts.extend(facts)

    def _new_id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids)


def a_target(*, score=4, one_stop="xa-a", field="unknown", accepted=True, arrival=0, since="2021-06-18", reasons=()):
    cell = Cell(one_stop, field, "counter", "sha256:1")
    return Target(cell, accepted, False, score, tuple(reasons), arrival, since)
