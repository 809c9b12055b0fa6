"""The year itself, day by day: business time is driven to each working day, and everybody does what they planned for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Protocol

from cchc.demonstration.acts import Act, by_day
from cchc.demonstration.calendar import WorkingDays
from cchc.demonstration.counters import CounterTablet
from cchc.demonstration.dossier_acts import DossierActs, one_stop_client
from cchc.demonstration.measurement_acts import MEASUREMENTS, Measured, measured
from cchc.demonstration.order_acts import Orders
from cchc.demonstration.report_acts import Reports
from cchc.demonstration.staging import Stage
from cchc.demonstration.task_acts import CHAIRMAN, DESK, TASKS, TaskActs, Work, unit_client
from services.chassis.clock import CIVIL_ZONE

BUSINESS_TIME = "/api/directory/v1/business-time"
SCHEDULE_RUNS = "/api/tasks/v1/schedule-runs"
HANDS = 3
ELEVEN = time(11, tzinfo=CIVIL_ZONE)


class Progress(Protocol):
    """Hears how far the year has come."""

    def day(self, day: date, acts: int, ballots: int) -> None:
        """Hear that a day is over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From the first day that is played to the last; counters work each so many of its working days."""

    since: date
    until: date
    counters_every: int = 1


class Year:
    """Plays a year on a stage."""

    def __init__(self, stage: Stage, days: WorkingDays, random: Random, span: Span) -> None:
        """Play from a seed; the plan has to be registered."""
        self._stage = stage
        self._days = days
        self._random = random
        self._span = span
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="counter")
        self._tasks = TaskActs(days, random, until=span.until)
        self._orders = Orders(days, random, self._tasks)
        self._reports = Reports(days, Random(random.getrandbits(64)), until=span.until)  # noqa: S311 - repeatable

    def play(self, progress: Progress) -> None:
        """Play it all. Counters work side by side, everybody else in turn."""
        with self._hands:
            self._days_of_the_year(progress)

    def _days_of_the_year(self, progress: Progress) -> None:
        planned = by_day(self._acts())
        for nth, day in enumerate(self._days.between(self._span.since, self._span.until)):
            self._drive_to(day)
            at_work = self._stage.tablets if nth % self._span.counters_every == 0 else ()
            counters = [self._hands.submit(self._counter, it, day) for it in at_work]
            for act in self._orders.of(day, self._stage):
                planned.setdefault(act.on, []).append(act)
            acts = planned.pop(day, []) + list(self._reports.due(day, self._stage))
            for act in acts:
                self._stage.actors[act.actor].send(act.method, act.path, dict(act.body))
            progress.day(day, len(acts), sum(counter.result() for counter in counters))

    def _drive_to(self, day: date) -> None:
        at = datetime.combine(day, ELEVEN).isoformat()
        self._stage.operator.send("PUT", BUSINESS_TIME, {"at": at})
        self._stage.operator.send("POST", SCHEDULE_RUNS, {"at": at})
        for measurement in (it for it in self._measured if it.on == day):
            self._measure(measurement)

    def _counter(self, tablet: CounterTablet, day: date) -> int:
        return tablet.work(day, self._stage.actors[one_stop_client(tablet.counter.one_stop_id)])

    @property
    def _measured(self) -> Iterator[Measured]:
        return measured(self._days, Random(53), until=self._span.until)  # noqa: S311 - repeatable

    def _measure(self, it: Measured) -> None:
        told = {"indicator": it.indicator, "unit_id": "huyen-thang-binh", "period": it.period, "note": ""}
        body = {**told, "numerator": it.numerator, "denominator": it.denominator}
        submitted = self._stage.actors[it.actor].send("POST", MEASUREMENTS, body)
        chairman = self._stage.actors[CHAIRMAN]
        for step in ("approval", "publication"):
            chairman.send("POST", f"{MEASUREMENTS}{submitted['measurement_id']}/{step}", {})

    def _acts(self) -> Iterator[Act]:
        for work in self._planned_work():
            yield from self._tasks.of(work)
        dossiers = DossierActs(self._days, self._random, since=self._span.since, until=self._span.until)
        for counter in self._stage.counters:
            yield from dossiers.of(counter.one_stop_id, counter.fields)

    def _planned_work(self) -> Iterator[Work]:
        cursor: str | None = None
        while True:
            page = self._page(cursor)
            for task in page["items"]:
                if task["due_on"] and unit_client(task["unit_id"]) in self._stage.actors:
                    yield self._work(task)
            if (cursor := page["next"]) is None:
                return

    def _page(self, cursor: str | None) -> Any:
        after = f"&cursor={cursor}" if cursor else ""
        return self._stage.actors[DESK].send("GET", f"{TASKS}?state=assigned&limit=100{after}")

    def _work(self, task: dict[str, Any]) -> Work:
        due_on = date.fromisoformat(task["due_on_rolled"] or task["due_on"])
        begun = self._span.since + timedelta(days=10)
        return Work(task_id=task["task_id"], unit_id=task["unit_id"], assigned_on=begun, due_on=due_on)
