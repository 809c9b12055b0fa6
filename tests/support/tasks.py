"""The tasks service behind its app, with its read models made on demand, and callers of every kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from flask import Flask
from sqlalchemy import Engine

from cchc.pack_check import read_pack
from services.chassis.database import open_database
from services.chassis.event_store.port import OutboxRow
from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.callers import Appointment
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.ids import new_id
from services.chassis.leases import Leases
from services.chassis.projector.projector import Projector
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.tasks.app import app_of
from services.tasks.bootstrap import build, load_pack, migrate
from services.tasks.config import Settings
from services.tasks.handlers.service import Tasks
from services.tasks.worker import PROJECTIONS
from tests.support.at_once import AT_ONCE
from tests.support.fixed_clock import FixedClock
from tests.support.indicators import PACK
from tests.support.product_apps import unit_rows

API = "/api/tasks/v1"
PLAN = "53-kh-ubnd-2021"
UNIT = "xa-binh-an"
OTHER = "xa-binh-tu"
NEW_YEAR = datetime(2021, 1, 15, 1, 0, tzinfo=UTC)
"""A Friday morning, the day after the plan was issued."""


@dataclass
class TasksRig:
    """A service, its app, and what speaks to it. `catch_up` brings the read models up to what was recorded."""

    service: Tasks
    app: Flask
    clock: FixedClock
    signer: TokenSigner
    settings: Settings
    another: Callable[[], "TasksRig"]
    _log: InMemoryLog = field(default_factory=InMemoryLog)
    _position: int = 0
    _projectors: list[Projector] = field(default_factory=list)
    _engine: Engine | None = None

    def caller(self, subject: str, *scopes: str, appointments: tuple[tuple[str, str], ...] = ()) -> httpx.Client:
        """Give somebody with a token."""
        held = [Appointment(role, unit_id) for role, unit_id in appointments]
        token = self.signer.sign(subject, scopes=scopes, appointments=held)
        transport = httpx.WSGITransport(app=self.app)
        return httpx.Client(
            transport=transport, base_url="http://tasks.test" + API, headers={"Authorization": f"Bearer {token}"}
        )

    def unit(self, unit_id: str = UNIT, *, subject: str | None = None, role: str = "unit_head") -> httpx.Client:
        """Give somebody who acts for a unit."""
        return self.caller(subject or f"head-of-{unit_id}", "tasks:read", "tasks:act", appointments=((role, unit_id),))

    def desk(self, subject: str = "desk-1") -> httpx.Client:
        """Give somebody who leads."""
        return self.caller(subject, "tasks:read", "tasks:lead")

    def operator(self) -> httpx.Client:
        """Give who keeps the schedule."""
        return self.caller("cchc-internal", "tasks:read", "system:operate")

    def a_task(self, *, unit_id: str = UNIT, due_on: str = "2021-03-01", **more: object) -> str:
        """Give a unit a task."""
        sent = {"title": "Rà soát thủ tục hành chính", "unit_id": unit_id, "due_on": due_on, **more}
        answer = self.desk().post("/tasks", json=sent)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["task_id"])

    def accepted(self, **more: object) -> str:
        """Give a unit a task that it takes on."""
        task_id = self.a_task(**more)  # type: ignore[arg-type]  # what a_task takes
        unit_id = str(more.get("unit_id", UNIT))
        assert self.unit(unit_id).post(f"/tasks/{task_id}/acceptance", json={"unit_id": unit_id}).status_code == 200
        return task_id

    def run_schedule(self) -> dict[str, int]:
        """Run the schedule as of now, as the worker does."""
        self.catch_up()
        answer = self.operator().post("/schedule-runs", json={})
        assert answer.status_code == 200, answer.text
        self.catch_up()
        return {name: value for name, value in answer.json().items() if name != "at"}

    def load_plan(self) -> None:
        """Load the plan of the Thăng Bình pack."""
        load_pack(self.service, read_pack(PACK))
        self.catch_up()

    def messages(self, fact: str) -> list[OutboxRow]:
        """Give the messages of a name that were published so far."""
        name = f'"cchc.tasks.{fact}.v1"'.encode()
        rows = self.service.streams.store.read_outbox(0, 1_000_000)
        return [row for row in rows if row.value is not None and name in row.value]

    def catch_up(self) -> None:
        """Let the worker apply what was published."""
        while rows := self.service.streams.store.read_outbox(self._position, 5000):
            self._log.write(*rows)
            self._position = rows[-1].position
        if not self._projectors:
            self._log.write(*unit_rows())
            self._engine = open_database(self.settings.read_database)
            leases, broker = Leases(self._engine, owner=str(new_id())), InMemoryBroker(self._log, waits=False)
            self._projectors = [
                Projector(self._engine, broker, projection, leases, clock=self.clock, limits=AT_ONCE)
                for projection in PROJECTIONS
            ]
        for projector in self._projectors:
            while projector.run_once():
                pass

    def close(self) -> None:
        """Give everything back."""
        for projector in self._projectors:
            projector.close()
        if self._engine is not None:
            self._engine.dispose()
        self.service.close()


def a_tasks_rig(place: Path, *, database: str | None = None, clock: FixedClock | None = None) -> TasksRig:
    """Make a service that knows the units of the pack; close it in the end."""
    settings = tasks_settings(place, database)
    migrate(settings)
    clock = clock or FixedClock(NEW_YEAR)
    signer = TokenSigner(load_or_create_signing_key(place / "keys" / "access-signing.jwk"), clock=clock)

    def open_one() -> TasksRig:
        service = build(settings, clock=clock, verifier=TokenVerifier(signer.jwks, clock=clock))
        return TasksRig(service, app_of(service), clock, signer, settings, open_one)

    rig = open_one()
    rig.catch_up()
    return rig


def tasks_settings(place: Path, database: str | None = None) -> Settings:
    """Give settings whose databases are files in a folder, unless one is named."""
    return Settings(
        database=database or f"sqlite:///{place / 'tasks.db'}",
        read_database=database or f"sqlite:///{place / 'read_tasks.db'}",
        keys=place / "keys",
        pack=PACK,
        tenant="test",
    )
