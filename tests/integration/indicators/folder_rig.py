"""The real folder on a real database, read from a fake event log that interleaves and repeats."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import MetaData, select

from services.chassis.envelope import decode
from services.chassis.event_store.port import OutboxRow
from services.chassis.leases import Leases
from services.chassis.projection import View
from services.chassis.projector import Limits, Projector, active_view
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.indicators.bootstrap import FigureFolder, build_folder, migrate_folder
from services.indicators.projections.folder_tables import define_folder
from services.indicators.projections.moving_up import move_up
from tests.support.fixed_clock import FixedClock
from tests.support.indicators import settings_of
from tests.support.survey_messages import SurveyMessages

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class FolderRig:
    """A folder that can be killed and started again; what it published is read from its outbox."""

    def __init__(self, url: str, tmp_path, *, batch: int = 50) -> None:
        self.settings = settings_of(tmp_path, folder_database=url)
        self.survey = SurveyMessages(START)
        self.log = InMemoryLog()
        self.clock = FixedClock(START)
        self._batch = batch
        migrate_folder(self.settings)
        self.start()

    def start(self) -> None:
        self.service: FigureFolder = build_folder(self.settings, clock=self.clock)
        self.leases = Leases(self.service.engine, owner="test-folder")
        self.projector = self._projector(self.service.folder)
        self.units = self._projector(self.service.units)

    def kill(self) -> None:
        """Drop everything held in memory; only committed rows stay."""
        self.projector.close()
        self.units.close()
        self.service.close()

    def restart(self) -> None:
        self.kill()
        self.start()

    def write(self, *rows: OutboxRow) -> None:
        self.log.write(*rows)

    def follow(self) -> None:
        while self.projector.run_once():
            pass

    def follow_units(self) -> None:
        while self.units.run_once():
            pass

    def pass_days(self, days: int) -> int:
        self.clock.move(timedelta(days=days).total_seconds())
        return move_up(self.service.engine, self.service.folder, self.service.units, lambda _connection: None)

    def published(self, fact: str = "block_released") -> list[dict]:
        rows = self.service.store.read_outbox(0, 100_000, ["indicators.figure.events.v1"])
        events = [decode(row.value) for row in rows if row.value is not None]
        return [json.loads(bytes(event.data)) for event in events if event.type == f"cchc.indicators.{fact}.v1"]

    def tables(self) -> dict[str, list[tuple]]:
        """Give every row of the build that readers see, sorted."""
        with self.view() as view:
            metadata = MetaData()
            define_folder(metadata, lambda name: name)
            return {
                name: sorted(map(tuple, view.connection.execute(select(view.table(name))))) for name in metadata.tables
            }

    @contextmanager
    def view(self) -> Iterator[View]:
        with self.service.engine.connect() as connection:
            yield active_view(connection, self.service.folder)

    def _projector(self, projection) -> Projector:
        limits = Limits(batch=self._batch, poll_seconds=0)
        return Projector(
            self.service.engine,
            InMemoryBroker(self.log, waits=False),
            projection,
            self.leases,
            clock=self.clock,
            limits=limits,
        )
