"""What staff list comes from the worker's read models, fed by the service's own messages."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cchc.demonstration.tablet import BATCH, Tablet
from services.chassis.projector import Projector
from services.chassis.testing.in_memory_broker import InMemoryBroker, InMemoryLog
from services.survey.bootstrap import load_pack
from services.survey.worker import build_worker
from tests.integration.survey.conftest import Rig
from tests.support.product_apps import unit_rows

PACK = Path("packs/thang-binh-2021")
ROOT = "/api/survey/v1"


class Worker:
    """The worker's projectors on a log that holds what the service has published."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._log = InMemoryLog()
        self._log.write(*unit_rows())
        self._read = 0
        tasks = build_worker(rig.settings, InMemoryBroker(self._log, waits=False))
        self.projectors = [task for task in tasks if isinstance(task, Projector)]

    def catch_up(self) -> None:
        rows = self._rig.service.streams.store.read_outbox(self._read, 10_000)
        self._log.write(*rows)
        self._read += len(rows)
        for projector in self.projectors:
            while projector.run_once():
                pass

    def list(self, path: str) -> list[dict[str, object]]:
        self.catch_up()
        answer = self._rig.staff().get(f"{ROOT}/{path}/", params={"limit": 200})
        assert answer.status_code == 200
        return list(answer.json()["items"])


@pytest.fixture
def worker(rig: Rig) -> Iterator[Worker]:
    made = Worker(rig)
    yield made
    for projector in made.projectors:
        projector.close()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'survey.db'}"


def test_a_pack_fills_the_lists_once(rig: Rig, worker: Worker) -> None:
    about = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))
    files = {name: json.loads((PACK / file).read_text(encoding="utf-8")) for name, file in about["files"].items()}
    assert load_pack(rig.service, {**about, **files}) > 40
    assert load_pack(rig.service, {**about, **files}) == 0

    assert {row["name"] for row in worker.list("counters")} >= {"Quầy 1", "Quầy 2"}
    [questionnaire] = worker.list("questionnaires")
    assert (questionnaire["code"], questionnaire["family"]) == ("counter-v1", "counter")
    assert [row["survey_id"] for row in worker.list("surveys")] == ["counter-2021"]


def test_a_counter_is_listed_as_it_stands_now(rig: Rig, worker: Worker) -> None:
    rig.a_counter()
    worker.catch_up()
    path = f"{ROOT}/counters/quay-1"
    place = {"unit_id": "xa-binh-giang", "one_stop_id": "xa-binh-giang", "on": "2026-04-01"}
    moved = rig.staff().put(f"{path}/place", json=place, headers={"If-Match": '"v0"'})
    rig.staff().put(f"{path}/closing", json={"on": "2026-05-01"}, headers={"If-Match": moved.headers["ETag"]})
    [row] = worker.list("counters")
    assert (row["one_stop_id"], row["name"], row["closed_on"]) == ("xa-binh-giang", "Quầy 1", "2026-05-01")


def test_tablets_are_listed_where_they_stand(rig: Rig, worker: Worker) -> None:
    tablet = rig.a_tablet()
    rig.a_counter("quay-2")
    path = f"{ROOT}/devices/{tablet.device_id}"
    bound = rig.staff().put(f"{path}/binding", json={"counter_id": "quay-2"}, headers={"If-Match": '"v0"'})
    assert bound.status_code == 200
    [row] = worker.list("devices")
    assert (row["device_id"], row["counter_id"], row["revoked_at"]) == (tablet.device_id, "quay-2", None)


def test_the_quarantine_shows_reasons_and_no_scores(rig: Rig, worker: Worker) -> None:
    tablet = rig.a_tablet()
    ballot = tablet.tap(4)
    tablet.flush()
    clone = Tablet(tablet.http, tablet.device_id, tablet.key, tablet.nonce)
    clone.tap(1)
    clone.flush()
    tablet.heard(tablet.post(BATCH, b"no envelope\n"))
    held = f"{ROOT}/quarantine/ballots/{tablet.device_id}/{ballot}"
    rig.staff().put(held, json={"because": "trẻ em nghịch máy"})

    items = worker.list("quarantine")
    assert sorted(str(item["because"]) for item in items) == ["malformed", "sequence_reused", "trẻ em nghịch máy"]
    assert all("score" not in item and "body" not in item for item in items)
    rig.staff().post(f"{held}/release")
    assert {item["kind"] for item in worker.list("quarantine")} == {"envelope"}


def test_lists_are_cut_into_pages(rig: Rig, worker: Worker) -> None:
    for nth in range(5):
        rig.a_counter(f"quay-{nth}")
    worker.catch_up()
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = rig.staff().get(f"{ROOT}/counters/", params=query).json()
        seen += [row["counter_id"] for row in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"quay-{nth}" for nth in range(5)]
