"""The first quarter of the demonstration year: what the product says equals what its facts say, worked out apart."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demonstration import recompute, recompute_figures
from tests.demonstration.played import OTHERS, RATES, Played
from tests.support.servers.ports import eventually

LAST_DAY = "2021-04-06"


AFTER_THE_MERGES = "2025-07-02T08:00:00+07:00"


class Quarter(Played):
    """A played quarter; what it said on its last day is kept, for its time is driven on to the merges."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, LAST_DAY)
        self.figures = {code: self.figure(code) for code in RATES}
        self.others = {code: self.figure(code) for code in OTHERS}
        self.overdue_then, self.missing_then = self.overdue(), self.missing()
        self.targets = self.ask("/api/indicators/v1/targets/")["items"]
        self.released = self.ask("/api/reporting/v1/counter-results")["counted"]["ballots"]
        self.client.web("PUT", "/api/directory/v1/business-time", {"at": AFTER_THE_MERGES})


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarter]:
    place = tmp_path_factory.mktemp("year")
    folder, log = place / "var", place / "demo.log"
    command = [sys.executable, "-m", "cchc.main", "demo", "--data", str(folder), "--port", "0"]
    with log.open("w") as said:
        product = subprocess.Popen([*command, "--until", LAST_DAY, "--counters-every", "10"], stdout=said, stderr=said)
        try:
            finished = folder / "demonstration.json"
            eventually(lambda: finished.exists() or product.poll() is not None, seconds=420)
            assert finished.exists(), log.read_text()[-3000:]
            yield Quarter(folder)
        finally:
            product.terminate()
            product.wait()


def test_every_unit_is_held_to_the_deadlines_that_its_facts_say(played: Quarter) -> None:
    wanted = recompute.tasks_on_time(played.folder, LAST_DAY)
    assert sum(due for _, due in wanted.values()) >= 34
    assert played.figures["TASKS_ON_TIME"] == (
        sum(on_time for on_time, _ in wanted.values()),
        sum(due for _, due in wanted.values()),
    )


def test_the_overdue_list_names_the_tasks_that_are_overdue_and_no_other(played: Quarter) -> None:
    wanted = recompute.overdue(played.folder, LAST_DAY)
    assert wanted
    assert played.overdue_then == wanted


def test_the_missing_reports_are_those_that_never_came(played: Quarter) -> None:
    wanted = recompute.missing_reports(played.folder)
    assert played.missing_then == wanted
    assert played.figures["REPORTS_ON_TIME"] == recompute.reports_on_time(played.folder, LAST_DAY)


def test_the_three_on_time_rates_of_dossiers_equal_the_dossiers(played: Quarter) -> None:
    wanted = recompute.dossier_rates(played.folder, LAST_DAY)
    assert {code: played.figures[code] for code in wanted} == wanted


def test_every_other_automatic_figure_equals_what_its_facts_say(played: Quarter) -> None:
    wanted = recompute_figures.figures(played.folder, LAST_DAY)
    assert {code: played.others[code] for code in wanted} == wanted
    assert sum(denominator > 0 for _, denominator in wanted.values()) >= 10


def test_no_more_ballots_are_released_than_were_cast(played: Quarter) -> None:
    cast = sum(recompute.ballots(played.folder).values())
    assert 0 < played.released <= cast


def test_all_targets_have_a_status_and_a_reason(played: Quarter) -> None:
    assert len(played.targets) == 26
    statuses = [target["status"] for target in played.targets]
    assert all(status["state"] and status["reason_vi"] and status["reason_en"] for status in statuses)
    assert sum(status["state"] != "no_data" for status in statuses) >= 12


@pytest.mark.parametrize("code", RATES)
def test_the_merges_of_2025_change_no_figure_of_2021(played: Quarter, code: str) -> None:
    assert played.figure(code) == played.figures[code]


@pytest.mark.parametrize("code", RATES)
def test_in_the_borders_of_now_the_same_facts_are_summed_for_the_new_communes(played: Quarter, code: str) -> None:
    then, now = played.by_unit(code, "then"), played.by_unit(code, "now")
    assert played.figure(code, "now") == played.figures[code]
    assert "xa-thang-binh-2025" in now
    assert "xa-thang-binh-2025" not in then
    merged = ("tt-ha-lam", "xa-binh-nguyen", "xa-binh-quy", "xa-binh-phuc")
    assert now["xa-thang-binh-2025"] == sum(then.get(unit_id, 0) for unit_id in merged)
