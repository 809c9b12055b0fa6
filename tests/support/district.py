"""The portal with the other services behind it, in one process on temporary files, and people to read its pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cchc.log_of_outboxes import OWNERS
from services.chassis.broker.outbox_reader import OutboxBroker
from services.chassis.database import open_database
from services.chassis.leases import Leases
from services.chassis.projector.projector import Projector
from services.chassis.service_client import WsgiClient
from services.gateway.identity.set_up import CompleteSetUp
from services.indicators import app as indicators_app
from services.indicators import bootstrap as indicators_bootstrap
from services.indicators.handlers.pack import load_pack as load_indicators
from services.indicators.worker import PROJECTIONS as INDICATORS_READ
from services.tasks import app as tasks_app
from services.tasks import bootstrap as tasks
from services.tasks import config as tasks_config
from services.tasks.handlers.service import Tasks
from services.tasks.worker import PROJECTIONS
from tests.support.at_once import AT_ONCE
from tests.support.fake_services import FakeService, a_board
from tests.support.fixed_clock import FixedClock
from tests.support.gateway import BUSINESS_NOW, PACK, REAL_NOW, GatewayUnderTest, a_gateway, the_pack
from tests.support.indicators import settings_of

PASSWORD = "một câu dài dễ nhớ 53"
PLAN = "53-kh-ubnd-2021"


@dataclass(slots=True)
class District:
    """A gateway whose portal asks a real tasks service, and an indicators service that says what it is told."""

    gateway: GatewayUnderTest
    tasks: Tasks
    indicators: FakeService
    projectors: list[Projector]
    clock: FixedClock
    figures: "Figures | None" = None
    sessions: dict[str, str] = field(default_factory=dict)

    def catch_up(self) -> None:
        """Let every read model hear of everything."""
        self.gateway.catch_up()
        for projector in self.projectors:
            while projector.run_once():
                pass

    def desk(self) -> str:
        """Sign in whoever set the product up; give their session."""
        if "desk" not in self.sessions:
            set_up = self.gateway.gateway.site.set_up
            self.sessions["desk"] = set_up.complete(
                CompleteSetUp(
                    token=set_up.issue_link(),
                    user_name="phong.noi.vu",
                    display_name="Phòng Nội vụ",
                    password=PASSWORD,
                )
            )
        return self.sessions["desk"]

    def person(self, role: str, unit_id: str) -> str:
        """Register somebody in a role of a unit and sign them in; give their session."""
        if (name := f"{role}.{unit_id}") not in self.sessions:
            self.sessions[name] = self._register(role, unit_id)
        return self.sessions[name]

    def client(self, session: str | None = None) -> Any:
        """Read pages as somebody."""
        client = self.gateway.gateway.app.test_client()
        if session is not None:
            client.set_cookie("session", session)
        return client

    def _register(self, role: str, unit_id: str) -> str:
        site = self.gateway.gateway.site
        token = site.tokens.token_for(site.sessions.find(self.desk()))
        names = {"unit_head": "Nguyễn Văn An", "unit_clerk": "Trần Thị Bình", "chairman": "Võ Văn Hùng"}
        wanted = {
            "user_name": f"{role.replace('_', '.')}.{unit_id}",
            "display_name": names.get(role, role),
            "appointments": [{"role": role, "unit_id": unit_id, "from": "2021-01-01"}],
        }
        client = self.client()
        told = client.post("/api/directory/v1/people", json=wanted, headers={"Authorization": f"Bearer {token}"})
        assert told.status_code == 201, told.text
        return follow(client, told.json["set_up_path"])

    def close(self) -> None:
        """Stop everything."""
        for projector in self.projectors:
            projector.close()
        self.tasks.close()
        if self.figures is not None:
            self.figures.close()
        self.gateway.close()


class Figures:
    """The indicators service with its folder, on files in a folder; its read models are kept once it begins."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self._settings = settings_of(folder)
        indicators_bootstrap.migrate(self._settings)
        indicators_bootstrap.migrate_folder(self._settings)
        self.service = indicators_bootstrap.build(self._settings, clock=clock)
        self._reading = indicators_bootstrap.build_folder(self._settings, clock=clock, read_only=True)
        self.app = indicators_app.app_of(self.service, self._reading)
        self._clock = clock

    def begin(self, broker: OutboxBroker) -> list[Projector]:
        """Load the pack and give what keeps the read models."""
        load_indicators(self.service, the_pack())
        folder = indicators_bootstrap.build_folder(self._settings, clock=self._clock)
        leases = Leases(folder.engine, owner="test")
        kept = (folder.folder, folder.units, folder.running)
        made = [Projector(folder.engine, broker, it, leases, clock=self._clock, limits=AT_ONCE) for it in kept]
        engine = open_database(self._settings.read_database)
        own = Leases(engine, owner="test")
        return made + [Projector(engine, broker, it, own, clock=self._clock, limits=AT_ONCE) for it in INDICATORS_READ]

    def close(self) -> None:
        """Stop the service."""
        self.service.close()
        self._reading.close()


def follow(client: Any, path: str) -> str:
    """Choose a password by a set-up link, as a browser does; give the session."""
    form_token = re.search(r'name="form_token" value="([0-9a-f]+)"', client.get(path).text)
    assert form_token is not None
    sent = {"token": path.partition("=")[2], "form_token": form_token[1]}
    answer = client.post("/account/set-up", data=sent | {"password": PASSWORD, "password_again": PASSWORD})
    assert answer.status_code == 303, answer.text
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


@contextmanager
def a_district(folder: Path, *, with_figures: bool = False) -> Iterator[District]:
    """Put a district together with the pack's plan and units; `with_figures` runs the indicators service for real."""
    clock = FixedClock(REAL_NOW, BUSINESS_NOW - REAL_NOW)
    indicators = FakeService(said={"/api/indicators/v1/targets/": a_board()})
    settings = tasks_config.Settings(
        database=f"sqlite:///{folder / 'tasks.db'}",
        read_database=f"sqlite:///{folder / 'read_tasks.db'}",
        keys=folder / "keys",
        pack=PACK,
        tenant="thang-binh",
    )
    tasks.migrate(settings)
    service = tasks.build(settings, clock=clock)
    figures = Figures(folder, clock) if with_figures else None
    ways = {
        "indicators": indicators if figures is None else WsgiClient(figures.app),
        "tasks": WsgiClient(tasks_app.app_of(service)),
    }
    gateway = a_gateway(folder, clock=clock, services=ways)
    tasks.load_pack(service, the_pack())
    broker = OutboxBroker({name: folder / f"{name}.db" for name in set(OWNERS.values())}, OWNERS)
    made = District(gateway, service, indicators, _projectors(settings, broker, clock), clock, figures=figures)
    if figures is not None:
        made.projectors += figures.begin(broker)
    made.catch_up()
    try:
        yield made
    finally:
        made.close()


def _projectors(settings: tasks_config.Settings, broker: OutboxBroker, clock: FixedClock) -> list[Projector]:
    engine = open_database(settings.read_database)
    leases = Leases(engine, owner="test")
    return [Projector(engine, broker, projection, leases, clock=clock, limits=AT_ONCE) for projection in PROJECTIONS]
