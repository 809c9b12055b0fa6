"""The worker's tasks together, and the API that reads what they released."""

import json
import threading

import pytest

from services.chassis.domain import Unavailable
from services.chassis.envelope import decode
from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.leases import Leases
from services.indicators import worker
from services.indicators.app import app_of
from services.indicators.bootstrap import build, build_folder, migrate, migrate_folder
from services.indicators.projections.announcing import announce
from services.indicators.worker import Schedule, build_worker
from tests.integration.indicators.folder_rig import FolderRig
from tests.support.indicators import settings_of
from tests.support.servers.ports import eventually

PATH = "/api/indicators/v1/counter-results/"


@pytest.fixture
def rig(tmp_path):
    rig = FolderRig(f"sqlite:///{tmp_path / 'folder.db'}", tmp_path)
    yield rig
    rig.kill()


@pytest.fixture
def client(rig, tmp_path):
    jwk = load_or_create_signing_key(tmp_path / "signing.jwk")
    migrate(rig.settings)
    verifier = TokenVerifier(lambda: {"keys": [public_half(jwk)]}, clock=rig.clock)
    service = build(rig.settings, clock=rig.clock, verifier=verifier)
    figures = build_folder(rig.settings, clock=rig.clock, read_only=True)
    client = app_of(service, figures).test_client()
    token = TokenSigner(jwk, clock=rig.clock).sign("u-1", scopes=["reporting:read"])
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    yield client
    figures.close()
    service.close()


def states(rig: FolderRig) -> list[dict]:
    rows = rig.service.store.read_outbox(0, 1000, ["indicators.figure.state.v1"])
    return [json.loads(bytes(decode(row.value).data)) for row in rows]


def test_the_api_tells_released_figures_and_only_those(rig, client):
    rig.write(*(rig.survey.cast(f"b{at}", 5 if at else 2) for at in range(7)), rig.survey.served(20))
    rig.follow()
    rig.follow_units()
    answer = client.get(PATH, query_string={"by": "one_stop"})
    assert answer.status_code == 200, answer.text
    (line,) = answer.json["results"]
    assert (line["key"], line["satisfaction"]["n"], line["satisfaction"]["satisfied"]) == ("xa-binh-duong", 5, 4)
    assert (line["served"], line["response_rate"]) == (20, 0.25)


def test_the_api_refuses_who_shows_no_token(client):
    client.environ_base.pop("HTTP_AUTHORIZATION")
    assert client.get(PATH).status_code == 401


def test_the_api_refuses_what_it_does_not_know(rig, client):
    rig.follow()
    rig.follow_units()
    assert client.get(PATH, query_string={"by": "voter"}).status_code == 422


def test_running_sums_are_announced_once_per_movement(rig):
    rig.write(*(rig.survey.cast(f"b{at}", 5) for at in range(10)))
    rig.follow()
    it = rig.service

    def announced() -> int:
        return announce(it.engine, it.store, it.folder, it.messages.state, lambda _connection: None)

    assert announced() == 1
    assert announced() == 0
    rig.write(*(rig.survey.cast(f"c{at}", 4) for at in range(5)))
    rig.follow()
    assert announced() == 1
    assert [(state["n"], state["blocks"]) for state in states(rig)] == [(10, 2), (15, 3)]


def test_one_worker_at_a_time_owns_the_schedule(rig):
    rig.write(*(rig.survey.cast(f"b{at}", 5) for at in range(5)))
    rig.follow()
    Schedule(rig.service, rig.leases).run_once()
    assert len(states(rig)) == 1


class FullDisk(Leases):
    """Leases of a database that has no room for a while."""

    refusals = 1

    def acquire(self, name: str) -> int | None:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("the disk is full")
        return super().acquire(name)


def test_a_schedule_without_room_waits_and_goes_on(rig, monkeypatch):
    monkeypatch.setattr(worker, "_EVERY_SECONDS", 0.01)
    rig.write(*(rig.survey.cast(f"b{at}", 5) for at in range(5)))
    rig.follow()
    rig.projector.close()
    leases, stop = FullDisk(rig.service.engine, owner="full"), threading.Event()
    running = threading.Thread(target=Schedule(rig.service, leases).run, args=(stop,))
    running.start()
    eventually(lambda: len(states(rig)) == 1)
    stop.set()
    running.join(20)
    assert leases.refusals == 0


def test_a_schedule_waits_for_a_read_model_that_is_not_there_yet(rig, monkeypatch):
    monkeypatch.setattr(worker, "_EVERY_SECONDS", 0.01)
    rig.follow()
    rig.projector.close()
    rename(rig, "folder_v1_b1_progress", "elsewhere")
    schedule, stop = Schedule(rig.service, rig.leases), threading.Event()
    running = threading.Thread(target=schedule.run, args=(stop,))
    running.start()
    eventually(lambda: schedule._postponed_by is not None)
    assert running.is_alive()
    rename(rig, "elsewhere", "folder_v1_b1_progress")
    eventually(lambda: schedule._postponed_by is None)
    stop.set()
    running.join(20)


def rename(rig, table, name):
    with rig.service.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


def test_a_worker_is_put_together_from_its_settings(tmp_path, rig):
    settings = settings_of(tmp_path / "other")
    migrate_folder(settings)
    names = [task.name for task in build_worker(settings, rig.projector._setup.broker)]
    assert names == [
        "folder",
        "indicators_units",
        "running_figures",
        "indicators-schedule",
        *(it.name for it in worker.PROJECTIONS),
    ]
