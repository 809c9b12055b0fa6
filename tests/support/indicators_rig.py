"""The whole indicators service on real databases: commands over HTTP, its worker fed from a fake event log."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from services.chassis.clock import CIVIL_ZONE
from services.chassis.database import open_database
from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.callers import Appointment
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.leases import Leases
from services.chassis.projector import Limits, Projector
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import drain
from services.gateway.identity.accounts import ALL_SCOPES, SCOPES_OF_ROLES
from services.indicators.app import app_of
from services.indicators.bootstrap import build, build_folder, migrate, migrate_folder
from services.indicators.config import Settings
from services.indicators.worker import PROJECTIONS
from tests.support.fixed_clock import FixedClock
from tests.support.product_apps import unit_rows
from tests.support.running_figures import REPORTS, TASKS, FactWriter, at

API = "/api/indicators/v1"
TOPICS = ("indicators.definition.state.v1", "indicators.measurement.events.v1", "indicators.register.events.v1")
MORNING = datetime.combine(date(2021, 6, 18), time(8), CIVIL_ZONE)


class IndicatorsRig:
    """Commands go in by HTTP, other services' facts by the log; what is read is what everybody reads."""

    def __init__(self, settings: Settings, place: Path) -> None:
        migrate(settings)
        migrate_folder(settings)
        self.clock = FixedClock(MORNING)
        jwk = load_or_create_signing_key(place / "signing.jwk")
        verifier = TokenVerifier(lambda: {"keys": [public_half(jwk)]}, clock=self.clock)
        self._signer = TokenSigner(jwk, clock=self.clock)
        self.service = build(settings, clock=self.clock, verifier=verifier)
        self.folder = build_folder(settings, clock=self.clock)
        self.log, self.facts, self._read = InMemoryLog(), FactWriter(), 0
        self._released = 0
        self._closing = []
        self.projectors = [
            *self._projectors(settings.read_database, PROJECTIONS),
            *self._projectors(settings.folder_database, (self.folder.units, self.folder.running, self.folder.folder)),
        ]
        self.client = app_of(self.service, self.folder).test_client()

    def _projectors(self, url: str, projections: Any) -> list[Projector]:
        engine = open_database(url)
        self._closing.append(engine.dispose)
        leases = Leases(engine, owner="test")
        limits = Limits(batch=50, poll_seconds=0)
        return [
            Projector(engine, InMemoryBroker(self.log, waits=False), it, leases, clock=self.clock, limits=limits)
            for it in projections
        ]

    def follow(self) -> None:
        """Let the worker read everything that was recorded."""
        rows = self.service.streams.store.read_outbox(self._read, 10_000, list(TOPICS))
        self._read = max((row.position for row in rows), default=self._read)
        self.log.write(*rows)
        for projector in reversed(self.projectors):
            drain(projector)
        released = self.folder.store.read_outbox(self._released, 10_000, ["indicators.figure.events.v1"])
        self._released = max((row.position for row in released), default=self._released)
        self.log.write(*released)
        for projector in self.projectors:
            drain(projector)

    def tell_units(self) -> None:
        """Let the directory tell of the units of the pack."""
        self.log.write(*unit_rows())

    def task(self, fact: str, task_id: str, day: date, /, **about: object) -> None:
        data = {"task_id": task_id, "at": at(day), "on": day.isoformat(), **about}
        self.log.write(self.facts.row(TASKS, fact, f"task-{task_id}", data))

    def duty(self, fact: str, duty_id: str, day: date, /, **about: object) -> None:
        data = {"duty_id": duty_id, "at": at(day), "on": day.isoformat(), **about}
        self.log.write(self.facts.row(REPORTS, fact, f"duty-{duty_id}", data))

    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.clock.move(timedelta(days=days).total_seconds())

    def token(self, role: str, unit_id: str | None = None) -> str:
        """Give a token of somebody who holds a role, in a unit or nowhere."""
        held = frozenset({Appointment(role, unit_id)}) if unit_id else frozenset()
        scopes = ALL_SCOPES if role == "operator" else SCOPES_OF_ROLES[role]
        return self._signer.sign(f"{role}-{unit_id or 'huyen'}", roles=[role], scopes=sorted(scopes), appointments=held)

    def ask(self, path: str, role: str | None = None, **query: str) -> Any:
        """Read, as anybody or in a role; it has to succeed."""
        headers = {"Authorization": f"Bearer {self.token(role)}"} if role else {}
        answer = self.client.get(f"{API}{path}", query_string=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def send(
        self,
        path: str,
        body: Any = None,
        *,
        role: str = "operator",
        unit_id: str | None = None,
        method: str = "POST",
        seen: str | None = None,
    ):
        """Send a command, which may say what was seen of what it changes; give the answer whatever it is."""
        headers = {"Authorization": f"Bearer {self.token(role, unit_id)}"} | ({"If-Match": seen} if seen else {})
        return self.client.open(f"{API}{path}", method=method, json=body, headers=headers)

    def done(self, path: str, body: Any = None, **how: Any) -> Any:
        """Send a command that has to succeed."""
        answer = self.send(path, body, **how)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json

    def refused(self, path: str, body: Any = None, **how: Any) -> tuple[int, str]:
        """Send a command that has to be refused; give status and code."""
        answer = self.send(path, body, **how)
        return answer.status_code, answer.json.get("code", "")

    def close(self) -> None:
        for projector in self.projectors:
            projector.close()
        for close in self._closing:
            close()
        self.folder.close()
        self.service.close()
