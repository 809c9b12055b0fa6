"""The survey service on both stores, behind its Flask app."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest
from flask import Flask

from cchc.demonstration.tablet import Tablet
from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.keys import load_or_create_signing_key
from services.survey.app import app_of
from services.survey.bootstrap import build, migrate
from services.survey.config import Settings
from services.survey.domain.commands import OpenCounter
from services.survey.handlers.service import Survey
from tests.support.fixed_clock import FixedClock

SCOPES = ("survey:admin", "survey:read", "survey:counter-days", "system:operate")


@dataclass
class Rig:
    """A service, its app, and what speaks to it."""

    service: Survey
    app: Flask
    clock: FixedClock
    signer: TokenSigner
    settings: Settings
    another: Callable[[], "Rig"]

    @property
    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.WSGITransport(app=self.app), base_url="http://survey.test")

    def staff(self, *scopes: str) -> httpx.Client:
        client = self.http
        client.headers["Authorization"] = f"Bearer {self.signer.sign('staff-1', scopes=scopes or SCOPES)}"
        return client

    def a_counter(
        self, counter_id: str = "quay-1", *, fields: tuple[str, ...] = ("dat-dai", "ho-tich"), **more: object
    ) -> str:
        self.service.handle(
            OpenCounter(
                counter_id=counter_id,
                unit_id="xa-a",
                one_stop_id="mot-cua-a",
                name="Quầy 1",
                name_en="Counter 1",
                fields=fields,
                on=date(2026, 1, 1),
                **more,  # type: ignore[arg-type]
            )
        )
        return counter_id

    def a_tablet(self, counter_id: str | None = None, *, seed: int = 1) -> Tablet:
        counter_id = counter_id or self.a_counter()
        code = self.service.devices.issue_code(counter_id, at=self.clock.now()).code
        tablet = Tablet.pair("http://survey.test", code, http=self.http, seed=seed)
        tablet.hear_time(self.clock.now())
        return tablet

    def facts(self, tablet: Tablet) -> list[object]:
        streams = self.service.streams
        stored = streams.store.load(f"ballots-{tablet.device_id}")
        return [streams.registry.decode(fact.type, fact.data) for fact in stored]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'survey.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def rig(database: str, tmp_path: Path) -> Iterator[Rig]:
    settings = Settings(
        database=database,
        read_database=f"sqlite:///{tmp_path / 'read_survey.db'}",
        keys=tmp_path / "keys",
        tenant="test",
    )
    clock, opened = FixedClock(), []
    signer = TokenSigner(load_or_create_signing_key(tmp_path / "keys" / "access-signing.jwk"), clock=clock)

    def open_one() -> Rig:
        service = build(settings, clock=clock, verifier=TokenVerifier(signer.jwks, clock=clock))
        opened.append(service)
        return Rig(service, app_of(service, settings), clock, signer, settings, open_one)

    migrate(settings)
    yield open_one()
    for service in opened:
        service.close()
