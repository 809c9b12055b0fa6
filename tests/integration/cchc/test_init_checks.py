"""`cchc init` judges the whole pack before it writes: each problem is one line, with its file and its place."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cchc.data_folder import DataFolder
from cchc.environment import variables_of
from cchc.init import NOT_LOADED_YET
from tests.integration.cchc.commands import init


def change(pack: Path, name: str, how: Callable[[Any], object]) -> None:
    file = pack / f"{name}.json"
    said = json.loads(file.read_text("utf-8"))
    how(said)
    file.write_text(json.dumps(said), "utf-8")


Break = tuple[str, Callable[[Any], object], str]
BROKEN: tuple[Break, ...] = (
    ("plan", lambda it: it["tasks"][4].pop("text_vi"), "plan.json#/tasks/4/text_vi: Missing"),
    ("plan", lambda it: it["tasks"][0].update(field="99"), "plan.json#/tasks/0/field: nothing"),
    ("plan", lambda it: it["targets"][0].update(indicator_code="NONE"), "plan.json#/targets/0/indicator_code: nothing"),
    ("plan", lambda it: it["document"]["issuer"].update(unit_id="huyen-x"), "plan.json#/document/issuer/unit_id: noth"),
    ("plan", lambda it: it["tasks"].append(it["tasks"][0]), "plan.json#/tasks/65: N1.1 stands there twice"),
    ("plan", lambda it: it["tasks"][0].update(deadline="30/2/2021"), "plan.json#/tasks/0/deadline: Not a valid date"),
    ("indicators", lambda it: it["indicators"][2].update(direction="up"), "indicators.json#/indicators/2/direction: "),
    ("indicators", lambda it: it["indicators"][2].update(unit="ells"), "indicators.json#/indicators/2/unit: nothing"),
    ("indicators", lambda it: it["indicators"][2].update(version="1"), "indicators.json#/indicators/2/version: "),
    ("scorecards", lambda it: it["scorecards"][0].pop("version"), "scorecards.json#/scorecards/0/version: Missing"),
    ("calendar", lambda it: it["days_off"][1].update(date="2021-02-30"), "calendar.json#/days_off/1/date: "),
    ("calendar", lambda it: it["working_week"].update(days=["Someday"]), "calendar.json#/working_week/days/0: "),
    ("calendar", lambda it: it.pop("days_off"), "calendar.json#/days_off: Missing"),
    ("release", lambda it: it.pop("k"), "release.json#/k: Missing"),
    ("release", lambda it: it.update(k=2), "release.json#/k: must be at least 3, not 2 (release_rules_unsafe)"),
    ("counters", lambda it: it["counters"][0].update(one_stop_id="xa-a"), "counters.json#/counters/0/one_stop_id: not"),
    ("counters", lambda it: it["counters"][0]["fields"].append("thue"), "counters.json#/counters/0/fields/2: nothing"),
    ("counters", lambda it: it["counters"][1].update(it["counters"][0]), "counters.json#/counters/1: quay-1-mot-cua"),
    ("units", lambda it: it["units"][3]["parents"][0].update(parent_id="x"), "units.json#/units/3/parents/0/parent_id"),
    ("questionnaires", lambda it: it["scales"][0].update(satisfied_values=[9]), "#/scales/0/satisfied_values/0: noth"),
    ("pack", lambda it: it["questionnaire_in_force"].update(code="c"), "pack.json#/questionnaire_in_force/code: nothi"),
    ("pack", lambda it: it["files"].pop("release"), "pack.json#/files/release: Missing"),
)


@pytest.mark.parametrize(("name", "how", "told"), BROKEN)
def test_a_problem_is_told_with_its_place_and_nothing_is_written(
    folder: DataFolder, pack: Path, name: str, how: Callable[[Any], object], told: str
) -> None:
    change(pack, name, how)
    refused = init(folder, pack)
    assert refused.exit_code == 1
    assert told in refused.output
    assert refused.output.count("\n") == 1
    assert not folder.root.exists()


def test_every_problem_is_told(folder: DataFolder, pack: Path) -> None:
    change(pack, "plan", lambda it: it["tasks"][4].pop("text_vi"))
    change(pack, "scorecards", lambda it: it["scorecards"][0].pop("version"))
    (pack / "calendar.json").write_text("{")
    lines = init(folder, pack).output.splitlines()
    assert len(lines) == 3
    for place in ("plan.json#/tasks/4/text_vi", "scorecards.json#/scorecards/0/version", "calendar.json is not JSON"):
        assert sum(place in line for line in lines) == 1


def test_the_pack_is_kept_in_the_folder_and_what_is_not_taken_in_is_said(folder: DataFolder, pack: Path) -> None:
    done = init(folder, pack)
    assert done.exit_code == 0, done.output
    assert f"not taken in yet: {', '.join(NOT_LOADED_YET)}" in done.output
    assert (folder.pack / "plan.json").read_bytes() == (pack / "plan.json").read_bytes()
    shutil.rmtree(pack)
    assert variables_of(folder)["CCHC_PACK"] == str(folder.root / "pack")
    assert init(folder, folder.pack).exit_code == 0
    assert (folder.pack / "plan.json").exists()


def test_a_pack_loaded_again_replaces_the_copy(folder: DataFolder, pack: Path) -> None:
    init(folder, pack)
    change(pack, "release", lambda it: it.update(k=10))
    assert init(folder, pack).exit_code == 0
    assert json.loads((folder.pack / "release.json").read_text())["k"] == 10
