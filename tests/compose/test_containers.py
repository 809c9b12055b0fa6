"""The distributed profile in containers: a journey through the door, and containers that die in the middle of it."""

import json
from collections.abc import Iterator

import httpx
import pytest

from cchc.demonstration.tablet import Tablet
from tests.compose.stack import Stack
from tests.support.servers.ports import eventually
from tests.support.task_journey import TASKS, is_listed, paragraphs_of_plan, row_of_board, state_of, walk

COUNTER = "quay-1-tt-ha-lam"


@pytest.fixture
def tablet(stack: Stack) -> Iterator[Tablet]:
    code = json.loads(stack.cchc("devices", "code", "--counter", COUNTER, "--json"))["code"]
    paired = Tablet.pair(stack.url, code)
    yield paired
    paired.http.close()


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def flushed(tablet: Tablet) -> bool:
    try:
        tablet.flush()
    except Exception:  # noqa: BLE001 - a tablet tries again, whatever it was
        return False
    return not tablet.unsent


def listed(desk: httpx.Client, tablet: Tablet) -> bool:
    """The tablet has come through outbox, relay, Kafka and worker into the list of tablets."""
    answer = desk.get("/api/survey/v1/devices/", params={"limit": 100})
    return answer.is_success and tablet.device_id in answer.text


def test_everything_stands_behind_the_one_door(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url, follow_redirects=True, timeout=30) as client:
        assert client.get("/").status_code == 200
        kiosk = client.get("/kiosk/")
        assert kiosk.status_code == 200
        assert "default-src 'none'" in kiosk.headers["Content-Security-Policy"]
        for service in ("survey", "tasks", "indicators", "directory", "reporting"):
            assert client.get(f"/api/{service}/v1/openapi.json").status_code == 200, service
        for inside in ("/readyz", "/livez", "/metrics"):
            assert client.get(inside).status_code == 404
        assert client.get("/api/survey/v1/devices/").status_code == 401


def test_a_signed_ballot_comes_in_and_its_tablet_into_the_list(
    stack: Stack, desk: httpx.Client, tablet: Tablet
) -> None:
    tablet.tap(5)
    tablet.flush()
    assert stack.taps(tablet.device_id) == 1
    eventually(lambda: listed(desk, tablet), seconds=60, every=0.3)


def test_a_task_of_the_plan_goes_its_whole_way_though_a_container_dies_and_the_open_board_moves(
    stack: Stack, desk: httpx.Client
) -> None:
    assert paragraphs_of_plan(desk) > 20
    eventually(lambda: desk.get(TASKS, params={"state": "assigned", "limit": 1}).json()["items"], seconds=90, every=0.3)
    eventually(lambda: row_of_board(stack.url), seconds=90, every=0.3)
    before = row_of_board(stack.url)
    task_id = walk(desk, meanwhile=lambda: stack.kill("tasks-worker"))
    assert state_of(desk, task_id) == "completed"
    eventually(lambda: is_listed(desk, task_id, "completed"), seconds=90, every=0.3)
    eventually(lambda: row_of_board(stack.url) not in {None, before}, seconds=90, every=0.3)


@pytest.mark.parametrize("service", ["survey-web", "survey-relay", "kafka", "postgres"])
def test_a_container_that_is_killed_comes_back_and_nothing_is_lost(stack: Stack, tablet: Tablet, service: str) -> None:
    for _ in range(3):
        tablet.tap(4)
    tablet.flush()
    tablet.tap(5)
    stack.kill(service)
    # Whatever was killed, others go on: the portal answers, or says that it will.
    assert httpx.get(f"{stack.url}/kiosk/", timeout=10).status_code == 200
    eventually(lambda: flushed(tablet), seconds=120, every=0.5)
    eventually(lambda: stack.taps(tablet.device_id) == 4, seconds=60, every=0.5)
    with stack.client() as desk:
        eventually(lambda: listed(desk, tablet), seconds=120, every=0.5)


def test_verify_doctor_and_backup_work_inside(stack: Stack) -> None:
    verified = json.loads(stack.cchc("verify", "--json"))
    assert [store["store"] for store in verified["stores"] if store["found"]] == []
    made = json.loads(stack.compose("run", "--rm", "-T", "backup", "backup", "--to", "/backups", "--json").stdout)
    assert {copied["name"] for copied in made["databases"]} >= {"survey", "tasks", "indicators", "folder", "gateway"}
    told = stack.compose("run", "--rm", "-T", "backup", "doctor", "--backups", "/backups", "--json").stdout
    assert [found for found in json.loads(told) if found["word"] == "ill"] == []
