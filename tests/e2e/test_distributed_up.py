"""`cchc up --profile distributed`: every process behind one door, and none of them is missed for long."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cchc.demonstration.tablet import Tablet
from cchc.up_distributed import why_not_ready
from tests.chaos.processes import descendants, send
from tests.support.distributed import Fleet, a_fleet
from tests.support.servers.ports import eventually
from tests.support.task_journey import TASKS, is_listed, paragraphs_of_plan, row_of_board, state_of, walk


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with a_fleet(tmp_path_factory.mktemp("fleet")) as started:
        yield started


@pytest.fixture
def tablet(fleet: Fleet) -> Iterator[Tablet]:
    paired = fleet.pair("quay-1-tt-ha-lam")
    yield paired
    paired.http.close()


@pytest.fixture
def desk(fleet: Fleet) -> Iterator[httpx.Client]:
    with fleet.client() as client:
        yield client


def taps_in(fleet: Fleet, tablet: Tablet) -> int:
    store = fleet.store("survey")
    found = sum(fact.type.startswith("survey.ballot_cast") for fact in store.load(f"ballots-{tablet.device_id}"))
    store.close()
    return found


def test_portal_kiosk_and_every_api_stand_behind_the_one_door(fleet: Fleet) -> None:
    with httpx.Client(base_url=fleet.url, follow_redirects=True, timeout=30) as client:
        assert client.get("/").status_code == 200
        assert client.get("/kiosk/").status_code == 200
        for service in ("survey", "tasks", "indicators", "directory", "reporting"):
            assert client.get(f"/api/{service}/v1/openapi.json").status_code == 200, service
        assert client.get("/api/survey/v1/devices/").status_code == 401
        assert client.get("/streams/v1/pages/no-such-page/sse").status_code == 404
        assert client.post("/api/survey/v1/ballots/batch", content=b"x" * 2_000_000).status_code == 413


def test_an_open_page_is_told_through_the_door_as_it_happens(fleet: Fleet) -> None:
    with httpx.stream("GET", f"{fleet.url}/streams/v1/pages/counter-results/sse", timeout=30) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert next(stream.iter_raw())


def test_a_task_goes_its_whole_way_though_the_worker_dies_and_the_open_board_moves(
    fleet: Fleet, desk: httpx.Client
) -> None:
    assert paragraphs_of_plan(desk) > 20
    eventually(
        lambda: desk.get(TASKS, params={"state": "assigned", "limit": 1}).json()["items"], seconds=300, every=0.3
    )
    eventually(lambda: row_of_board(fleet.url), seconds=300, every=0.3)
    before = row_of_board(fleet.url)
    task_id = walk(desk, meanwhile=lambda: send(fleet.pid_of("distributed worker tasks"), signal.SIGKILL))
    assert state_of(desk, task_id) == "completed"
    eventually(lambda: is_listed(desk, task_id, "completed"), seconds=300, every=0.3)
    eventually(lambda: row_of_board(fleet.url) not in {None, before}, seconds=300, every=0.3)


@pytest.mark.parametrize(
    "words", [("services.survey.app",), ("cchc.relay survey",), ("distributed worker survey",), ("cchc.door",)]
)
def test_a_process_that_is_killed_in_the_middle_comes_back_and_nothing_is_lost(
    fleet: Fleet, tablet: Tablet, words: tuple[str, ...]
) -> None:
    tablet.tap(5)
    tablet.flush()
    killed = fleet.pid_of(*words)
    family = [killed, *descendants(killed)]
    tablet.tap(4)
    send(killed, signal.SIGKILL)
    eventually(lambda: flushed(tablet), seconds=180, every=0.2)
    assert taps_in(fleet, tablet) == 2
    # What it had started may answer for a moment longer, ready as it says; then its successor begins to listen.
    eventually(lambda: not any(is_running(pid) for pid in family), seconds=60)
    eventually(lambda: fleet.pid_of(*words) not in {0, killed}, seconds=120)
    eventually(lambda: is_quiet(fleet), seconds=300, every=0.5)


def flushed(tablet: Tablet) -> bool:
    try:
        tablet.flush()
    except Exception:  # noqa: BLE001 - a tablet tries again, whatever it was
        return False
    return not tablet.unsent


def is_quiet(fleet: Fleet) -> bool:
    """Every process is ready, and every reader has read everything."""
    if why_not_ready(fleet.data):
        return False
    done = fleet.ask("projections", "list", "--json")
    if done.returncode:
        return False
    statuses = json.loads(done.stdout)
    return all(it["ready"] and not it["lag_messages"] for it in statuses) and len(statuses) > 8


def test_a_backup_that_is_put_back_with_kafka_away_after_the_supervisor_was_killed_loses_and_doubles_nothing(
    fleet: Fleet, tmp_path: Path
) -> None:
    tablet = fleet.pair("quay-2-tt-ha-lam")
    for score in (5, 4, 5):
        tablet.tap(score)
    tablet.flush()
    made = fleet.told("backup", "--to", str(tmp_path))
    assert {copied["name"] for copied in made["databases"]} >= {"survey", "gateway", "indicators", "folder"}
    eventually(lambda: tablet.heartbeat()["backed_up_through"] == 3)
    tablet.tap(1)
    tablet.flush()
    eventually(lambda: is_quiet(fleet), seconds=300, every=0.5)
    assert fleet.ask("restore", made["folder"]).returncode == 1, "it is in use"

    running = set(fleet.pids().values())
    assert len(running) > 8
    fleet.kill_supervisor()
    eventually(lambda: not any(is_running(pid) for pid in running), seconds=60)
    restored = fleet.ask("restore", made["folder"])
    assert restored.returncode == 0, restored.stderr
    assert taps_in(fleet, tablet) == 3
    reconciled = fleet.ask("reconcile")
    assert reconciled.returncode == 0, reconciled.stderr
    fleet.kafka.kill()
    fleet.start()

    tablet.http.base_url = fleet.url
    told = tablet.heartbeat()
    assert told["wishes"]["resend"] == [[4, 4]]
    tablet.resend(told["wishes"]["resend"])
    assert taps_in(fleet, tablet) == 4, "ballots are taken while Kafka is away"
    fleet.kafka.restart()
    eventually(lambda: is_quiet(fleet), seconds=300, every=0.5)
    verified = fleet.ask("verify")
    assert verified.returncode == 0, verified.stdout
    tablet.http.close()


def test_ending_it_ends_every_process(fleet: Fleet) -> None:
    running = set(fleet.pids().values())
    fleet.stop()
    assert not any(is_running(pid) for pid in running)
    assert not fleet.data.running.exists()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
