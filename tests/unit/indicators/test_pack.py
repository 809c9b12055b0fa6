"""The release rules, the calendar and the scale of a tenant pack: read as stated, or not at all."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.chassis.tenant_pack import PackError
from services.chassis.working_calendar import WorkingCalendar, read_working_calendar
from services.indicators.adapters.pack import read_rules, read_satisfied_scores
from services.indicators.bootstrap import build_folder
from tests.support.indicators import PACK, settings_of


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return shutil.copytree(PACK, tmp_path / "pack")


def change(file: Path, how: Callable[[Any], object]) -> None:
    said = json.loads(file.read_text("utf-8"))
    how(said)
    file.write_text(json.dumps(said), "utf-8")


def state(pack: Path, **rules: object) -> None:
    change(pack / "release.json", lambda release: release.update(rules))


def test_the_rules_of_a_pack_are_read(pack: Path) -> None:
    state(pack, k=10, levels=["cell", "unit"])
    rules = read_rules(pack)
    assert (rules.k, rules.longest_agreement, rules.above("cell"), rules.above("unit")) == (10, 20, "unit", None)


def test_the_file_of_the_rules_has_the_name_that_the_pack_gives_it(pack: Path) -> None:
    state(pack, k=10)
    (pack / "release.json").rename(pack / "cong-bo.json")
    change(pack / "pack.json", lambda about: about["files"].update(release="cong-bo.json"))
    assert read_rules(pack).k == 10


def test_without_a_file_of_rules_nothing_starts(pack: Path, tmp_path: Path) -> None:
    (pack / "release.json").unlink()
    database = tmp_path / "folder.db"
    with pytest.raises(PackError, match=r"release\.json cannot be read"):
        build_folder(settings_of(tmp_path, pack=pack))
    assert not database.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_rules_that_cannot_be_read_are_refused(pack: Path, text: str) -> None:
    (pack / "release.json").write_text(text)
    with pytest.raises(PackError, match=r"release\.json"):
        read_rules(pack)


def test_a_pack_that_names_no_file_of_rules_is_refused(pack: Path) -> None:
    change(pack / "pack.json", lambda about: about["files"].pop("release"))
    with pytest.raises(PackError, match="#/files/release"):
        read_rules(pack)


@pytest.mark.parametrize("file", ["../release.json", "/etc/hostname"])
def test_a_part_outside_the_pack_is_refused(pack: Path, file: str) -> None:
    change(pack / "pack.json", lambda about: about["files"].update(release=file))
    with pytest.raises(PackError, match="outside the pack"):
        read_rules(pack)


@pytest.mark.parametrize(
    "rule",
    ["k", "agreement_scores", "agreement_wait_factor", "agreement_dissenters", "move_up_after_working_days", "levels"],
)
def test_a_rule_that_is_not_stated_has_no_stand_in(pack: Path, rule: str) -> None:
    change(pack / "release.json", lambda release: release.pop(rule))
    with pytest.raises(PackError, match=rule):
        read_rules(pack)


LOOSE: tuple[dict[str, object], ...] = (
    {"k": 2},
    {"k": 1},
    {"k": 0},
    {"k": -5},
    {"agreement_wait_factor": 1},
    {"agreement_dissenters": 1},
    {"move_up_after_working_days": 0},
    {"agreement_scores": [0]},
    {"levels": []},
    {"levels": ["unit"]},
    {"levels": ["cell", "unit", "other_fields"]},
    {"levels": ["cell", "cell"]},
)


@pytest.mark.parametrize("loose", LOOSE)
def test_rules_that_would_single_people_out_are_refused_with_their_code(pack: Path, loose: dict[str, object]) -> None:
    state(pack, **loose)
    with pytest.raises(PackError, match=rf"release\.json#/{next(iter(loose))}: .*\(release_rules_unsafe\)"):
        read_rules(pack)


@pytest.mark.parametrize("wrong", [{"k": "5"}, {"k": True}, {"k": 5.5}, {"levels": ["street"]}])
def test_rules_of_a_wrong_type_are_refused(pack: Path, wrong: dict[str, object]) -> None:
    state(pack, **wrong)
    with pytest.raises(PackError, match=rf"release\.json: .*{next(iter(wrong))}"):
        read_rules(pack)


def test_the_calendar_of_a_pack_is_read(pack: Path) -> None:
    stated = {
        "working_week": {"days": ["Monday", "Tuesday"]},
        "days_off": [{"date": "2021-09-02", "off": True}, {"date": "2021-09-06", "off": False}],
        "working_days_moved": [{"date": "2021-09-04"}],
    }
    change(pack / "calendar.json", lambda calendar: calendar.update(stated))
    calendar = read_working_calendar(pack, WorkingCalendar)
    assert calendar.weekdays == {0, 1}
    assert not calendar.is_working(date(2021, 9, 2))
    assert calendar.is_working(date(2021, 9, 4))
    assert calendar.is_working(date(2021, 9, 6))


def test_a_missing_calendar_is_not_a_calendar_without_days_off(pack: Path) -> None:
    (pack / "calendar.json").unlink()
    with pytest.raises(PackError, match=r"calendar\.json"):
        read_working_calendar(pack, WorkingCalendar)


def test_the_satisfied_scores_are_those_of_the_scale_in_force(pack: Path) -> None:
    change(pack / "questionnaires.json", lambda told: told["scales"][0].update(satisfied_values=[5]))
    assert read_satisfied_scores(pack) == (5,)


def test_a_questionnaire_in_force_that_is_nowhere_is_refused(pack: Path) -> None:
    change(pack / "pack.json", lambda about: about["questionnaire_in_force"].update(code="counter-v9"))
    with pytest.raises(PackError, match="counter-v9"):
        read_satisfied_scores(pack)
