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


RATES = ("TASKS_ON_TIME", "REPORTS_ON_TIME", "ONTIME_SOLVED", "ONTIME_766", "ONTIME_RECEIVED")
AFTER_THE_MERGES = "2025-07-02T08:00:00+07:00"


class Played:
    """A played quarter, still running; what it said on its last day is kept, for its time is driven on to the merges."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = InternalClient(DataFolder(folder))
        wait_for_nobody(self.behind, seconds=60)
        self.figures = {code: self.figure(code) for code in RATES}
        self.overdue = [it["task_id"] for it in self.all_of("/api/tasks/v1/tasks?overdue=true")]
        self.missing = [it["duty_id"] for it in self.all_of("/api/tasks/v1/report-duties?state=missing")]
        self.targets = self.ask("/api/indicators/v1/targets/")["items"]
        self.released = self.ask("/api/reporting/v1/counter-results")["counted"]["ballots"]
        self.client.web("PUT", "/api/directory/v1/business-time", {"at": AFTER_THE_MERGES})

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

    def figures_of(self, code: str, borders: str) -> Any:
        asked = f"since=2021-01-01&until={LAST_DAY}&as_of={LAST_DAY}&borders={borders}"
        return self.ask(f"/api/indicators/v1/indicators/{code}/figures?{asked}")

    def figure(self, code: str, borders: str = "then") -> tuple[int, int]:
        total = self.figures_of(code, borders)["total"]
        return int(total["numerator"]), int(total["denominator"])

    def by_unit(self, code: str, borders: str) -> dict[str, int]:
        return {it["unit_id"]: int(it["denominator"]) for it in self.figures_of(code, borders)["units"]}


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
            yield Played(folder)
        finally:
            product.terminate()
            product.wait()


def test_every_unit_is_held_to_the_deadlines_that_its_facts_say(played: Played) -> None:
    wanted = recompute.tasks_on_time(played.folder, LAST_DAY)
    assert sum(due for _, due in wanted.values()) >= 34
    assert played.figures["TASKS_ON_TIME"] == (
        sum(on_time for on_time, _ in wanted.values()),
        sum(due for _, due in wanted.values()),
    )


def test_the_overdue_list_names_the_tasks_that_are_overdue_and_no_other(played: Played) -> None:
    wanted = recompute.overdue(played.folder, LAST_DAY)
    assert wanted
    assert sorted(played.overdue) == wanted


def test_the_missing_reports_are_those_that_never_came(played: Played) -> None:
    wanted = recompute.missing_reports(played.folder)
    assert sorted(played.missing) == wanted
    assert played.figures["REPORTS_ON_TIME"] == recompute.reports_on_time(played.folder, LAST_DAY)


def test_the_three_on_time_rates_of_dossiers_equal_the_dossiers(played: Played) -> None:
    wanted = recompute.dossier_rates(played.folder, LAST_DAY)
    assert {code: played.figures[code] for code in wanted} == wanted


def test_no_more_ballots_are_released_than_were_cast(played: Played) -> None:
    cast = sum(recompute.ballots(played.folder).values())
    assert 0 < played.released <= cast


def test_all_targets_have_a_status_and_a_reason(played: Played) -> None:
    assert len(played.targets) == 26
    statuses = [target["status"] for target in played.targets]
    assert all(status["state"] and status["reason_vi"] and status["reason_en"] for status in statuses)
    assert sum(status["state"] != "no_data" for status in statuses) >= 12


@pytest.mark.parametrize("code", RATES)
def test_the_merges_of_2025_change_no_figure_of_2021(played: Played, code: str) -> None:
    assert played.figure(code) == played.figures[code]


@pytest.mark.parametrize("code", RATES)
def test_in_the_borders_of_now_the_same_facts_are_summed_for_the_new_communes(played: Played, code: str) -> None:
    then, now = played.by_unit(code, "then"), played.by_unit(code, "now")
    assert played.figure(code, "now") == played.figures[code]
    assert "xa-thang-binh-2025" in now
    assert "xa-thang-binh-2025" not in then
    merged = ("tt-ha-lam", "xa-binh-nguyen", "xa-binh-quy", "xa-binh-phuc")
    assert now["xa-thang-binh-2025"] == sum(then.get(unit_id, 0) for unit_id in merged)
