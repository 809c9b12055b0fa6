"""The first quarter of the demonstration year: what the product says equals what its facts say, worked out apart."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cchc.data_folder import DataFolder
from cchc.internal_client import InternalClient
from tests.chaos.pause import wait_for_nobody
from tests.demonstration import recompute
from tests.support.servers.ports import eventually

LAST_DAY = "2021-04-06"


class Played:
    """A played quarter, still running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = InternalClient(DataFolder(folder))

    def ask(self, path: str) -> Any:
        return self.client.web("GET", path)

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Give every page of a list."""
        found, cursor = [], ""
        while True:
            page = self.ask(f"{path}&limit=100{cursor}")
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    def behind(self) -> list[str]:
        statuses = self.client.worker("GET", "/control/projections")
        return [str(it) for it in statuses if not it["ready"] or it["lag_messages"]]

    def figure(self, code: str) -> tuple[int, int]:
        total = self.ask(f"/api/indicators/v1/indicators/{code}/figures?since=2021-01-01&until={LAST_DAY}")["total"]
        return int(total["numerator"]), int(total["denominator"])


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    place = tmp_path_factory.mktemp("year")
    folder, log = place / "var", place / "demo.log"
    command = [sys.executable, "-m", "cchc.main", "demo", "--data", str(folder), "--port", "0"]
    with log.open("w") as said:
        product = subprocess.Popen([*command, "--until", LAST_DAY, "--counters-every", "10"], stdout=said, stderr=said)
        try:
            finished = folder / "demonstration.json"
            eventually(lambda: finished.exists() or product.poll() is not None, seconds=420)
            assert finished.exists(), log.read_text()[-3000:]
            quarter = Played(folder)
            wait_for_nobody(quarter.behind, seconds=60)
            yield quarter
        finally:
            product.terminate()
            product.wait()


def test_every_unit_is_held_to_the_deadlines_that_its_facts_say(played: Played) -> None:
    wanted = recompute.tasks_on_time(played.folder, LAST_DAY)
    assert sum(due for _, due in wanted.values()) >= 34
    assert played.figure("TASKS_ON_TIME") == (
        sum(on_time for on_time, _ in wanted.values()),
        sum(due for _, due in wanted.values()),
    )


def test_the_overdue_list_names_the_tasks_that_are_overdue_and_no_other(played: Played) -> None:
    wanted = recompute.overdue(played.folder, LAST_DAY)
    assert wanted
    assert sorted(it["task_id"] for it in played.all_of("/api/tasks/v1/tasks?overdue=true")) == wanted


def test_the_missing_reports_are_those_that_never_came(played: Played) -> None:
    wanted = recompute.missing_reports(played.folder)
    assert sorted(it["duty_id"] for it in played.all_of("/api/tasks/v1/report-duties?state=missing")) == wanted
    assert played.figure("REPORTS_ON_TIME") == recompute.reports_on_time(played.folder, LAST_DAY)


def test_the_three_on_time_rates_of_dossiers_equal_the_dossiers(played: Played) -> None:
    wanted = recompute.dossier_rates(played.folder, LAST_DAY)
    assert {code: played.figure(code) for code in wanted} == wanted


def test_no_more_ballots_are_released_than_were_cast(played: Played) -> None:
    cast = sum(recompute.ballots(played.folder).values())
    released = played.ask("/api/reporting/v1/counter-results")
    assert 0 < released["n"] <= cast


def test_all_targets_have_a_status_and_a_reason(played: Played) -> None:
    targets = played.ask("/api/indicators/v1/targets/")["items"]
    assert len(targets) == 26
    assert all(it["status"]["state"] and it["status"]["reason_vi"] and it["status"]["reason_en"] for it in targets)
    assert sum(it["status"]["state"] != "no_data" for it in targets) >= 12
