"""The real running figures on a real database, read from a fake event log that interleaves and repeats."""

from collections import defaultdict
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Engine

from services.chassis.clock import CIVIL_ZONE
from services.chassis.envelope import encode, numbered, partition_of
from services.chassis.event_store.port import OutboxRow
from services.chassis.leases import Leases, create_leases
from services.chassis.projector import Limits, Projector, active_view
from services.chassis.projector.tables import create_projection_tables
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import drain, tables_of
from services.indicators.domain.working_days import WorkingCalendar
from services.indicators.projections.running_figures import RunningFigures, by_unit, figure_of, series_of

TASKS, REPORTS = "tasks.task.events.v1", "tasks.report.events.v1"
INTAKE, REGISTERS = "indicators.intake.events.v1", "indicators.register.events.v1"
INCARNATION = UUID(int=7)


class FactWriter:
    """Numbers messages densely per (topic, partition), as their stores do."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], int] = defaultdict(int)
        self._written = 0

    def row(self, topic: str, fact: str, key: str, data: dict[str, object]) -> OutboxRow:
        self._written += 1
        partition = partition_of(key)
        self._numbers[topic, partition] += 1
        service = topic.split(".", maxsplit=1)[0]
        value = encode(
            incarnation=INCARNATION,
            event_id=UUID(int=self._written),
            source=f"/cchc/test/{service}",
            type=f"cchc.{service}.{fact}.v1",
            subject=key,
            time=datetime.combine(date(2026, 3, 2), time(8), CIVIL_ZONE),
            data=data,
            key=key,
        )
        number = self._numbers[topic, partition]
        return OutboxRow(
            position=self._written,
            topic=topic,
            partition=partition,
            number=number,
            key=key,
            value=numbered(value, number),
            incarnation=INCARNATION,
        )


def at(day: date) -> str:
    """Give a business time of a day, as services write it."""
    return datetime.combine(day, time(9, 30), CIVIL_ZONE).isoformat()


class RunningRig:
    """Facts go in by the log; figures are asked of the build that readers see."""

    def __init__(
        self,
        engine: Engine,
        *,
        projection: RunningFigures | None = None,
        leases: Leases | None = None,
        after: "RunningRig | None" = None,
        batch: int = 20,
    ) -> None:
        with engine.begin() as connection:
            create_leases(connection)
            create_projection_tables(connection)
        self.engine = engine
        self.log, self.facts = (after.log, after.facts) if after else (InMemoryLog(), FactWriter())
        self.projection = projection or RunningFigures(WorkingCalendar())
        self.projector = Projector(
            engine,
            InMemoryBroker(self.log),
            self.projection,
            leases or Leases(engine, owner="test"),
            limits=Limits(batch=batch, poll_seconds=0, max_parked=5),
        )

    def task(self, fact: str, task_id: str, day: date, /, **about: object) -> None:
        data = {"task_id": task_id, "at": at(day), "on": day.isoformat(), **about}
        self.log.write(self.facts.row(TASKS, fact, f"task-{task_id}", data))

    def duty(self, fact: str, duty_id: str, day: date, /, **about: object) -> None:
        data = {"duty_id": duty_id, "at": at(day), "on": day.isoformat(), **about}
        self.log.write(self.facts.row(REPORTS, fact, f"duty-{duty_id}", data))

    def dossier(self, dossier_id: str, day: date, /, **about: object) -> None:
        data = {"dossier_id": dossier_id, "one_stop_id": "xa-a", "at": at(day), **about}
        self.log.write(self.facts.row(INTAKE, "dossier_recorded", f"dossiers-{data['one_stop_id']}", data))

    def entry(self, fact: str, entry_id: str, day: date, /, **about: object) -> None:
        data = {"register": "tthc", "entry_id": entry_id, "at": at(day), **about}
        self.log.write(self.facts.row(REGISTERS, f"register_entry_{fact}", "register-tthc", data))

    def follow(self) -> None:
        drain(self.projector)

    def figure(self, indicator: str, unit_ids=None, **asked):
        with self.engine.connect() as connection:
            return figure_of(active_view(connection, self.projection), indicator, unit_ids, **asked)

    def units(self, indicator: str, unit_ids=None, **asked):
        with self.engine.connect() as connection:
            return by_unit(active_view(connection, self.projection), indicator, unit_ids, **asked)

    def series(self, indicator: str, unit_ids=None, **asked):
        with self.engine.connect() as connection:
            return series_of(active_view(connection, self.projection), indicator, unit_ids, **asked)

    def tables(self):
        return {name.rpartition("_")[2]: rows for name, rows in tables_of(self.engine, self.projection).items()}

    def close(self) -> None:
        self.projector.close()
