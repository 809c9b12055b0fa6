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
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.scope import Scope
from services.indicators.domain.units import Units
from services.indicators.projections.running_figures import RunningFigure, RunningFigures, read_figure

TASKS, REPORTS = "tasks.task.events.v1", "tasks.report.events.v1"
INTAKE, REGISTERS = "indicators.intake.events.v1", "indicators.register.events.v1"
DEFINITIONS = "indicators.definition.state.v1"
INCARNATION = UUID(int=7)
LATEST = datetime(2999, 12, 31, tzinfo=CIVIL_ZONE)


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
            InMemoryBroker(self.log, waits=False),
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

    def define(self, indicator: str, *sums: str, unit: str = "count") -> None:
        """Tell how an indicator is summed, version by version."""
        data = {"code": indicator, "versions": [{"definition": {"sums": it, "unit": unit}} for it in sums]}
        self.log.write(self.facts.row(DEFINITIONS, "indicator_recorded", f"indicator-{indicator}", data))

    def follow(self) -> None:
        drain(self.projector)

    def read(
        self, indicator: str, unit_ids=None, *, since: date | None, until: date, known_until: datetime = LATEST
    ) -> RunningFigure:
        """Read a figure of these units alone, or of all; a level may be asked without a first day."""
        scope = Scope(units=Units(()), within=frozenset(unit_ids) if unit_ids else None, today=until)
        with self.engine.connect() as connection:
            view = active_view(connection, self.projection)
            return read_figure(view, indicator, scope, since=since or date.min, until=until, known_until=known_until)

    def figure(self, indicator: str, unit_ids=None, **asked):
        return self.read(indicator, unit_ids, **asked).total()

    def units(self, indicator: str, unit_ids=None, **asked):
        return self.read(indicator, unit_ids, **asked).units()

    def series(self, indicator: str, unit_ids=None, **asked):
        return self.read(indicator, unit_ids, **asked).months()

    def tables(self):
        return {name.rpartition("_")[2]: rows for name, rows in tables_of(self.engine, self.projection).items()}

    def close(self) -> None:
        self.projector.close()
