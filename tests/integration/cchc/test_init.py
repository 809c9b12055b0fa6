"""`cchc init` on real folders: twice is once, and a broken pack leaves nothing half-made."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cchc.data_folder import DataFolder
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from tests.integration.cchc.commands import init


def positions(folder: DataFolder) -> dict[str, int]:
    """How many facts each store holds."""
    found = {}
    for name in ("survey", "gateway", "indicators"):
        engine = open_database(f"sqlite:///{folder.database(name)}", read_only=True)
        store = open_event_store(engine)
        found[name] = store.last_position()
        store.close()
        engine.dispose()
    return found


def test_loading_a_pack_twice_adds_nothing(folder: DataFolder, pack: Path) -> None:
    assert init(folder, pack).exit_code == 0
    first, tenant = positions(folder), folder.tenant()
    assert min(first.values()) > 0
    assert init(folder, pack).exit_code == 0
    assert positions(folder) == first
    assert folder.tenant() == tenant


def test_a_new_folder_is_private_and_holds_nothing_unfinished(folder: DataFolder, pack: Path) -> None:
    init(folder, pack)
    assert oct(folder.root.stat().st_mode)[-3:] == "700"
    assert oct(folder.keys.stat().st_mode)[-3:] == "700"
    assert {oct(key.stat().st_mode)[-3:] for key in folder.keys.iterdir()} <= {"600"}
    assert not (folder.root / "unfinished").exists()


def without_a_file(pack: Path) -> None:
    (pack / "units.json").unlink()


def with_a_cut_off_file(pack: Path) -> None:
    (pack / "counters.json").write_text((pack / "counters.json").read_text()[:200])


def without_its_own_file(pack: Path) -> None:
    (pack / "pack.json").unlink()


def without_a_name(pack: Path) -> None:
    change(pack / "pack.json", lambda about: about.pop("tenant"))


def with_a_counter_without_a_place(pack: Path) -> None:
    change(pack / "counters.json", lambda counters: counters["counters"][3].pop("one_stop_id"))


def with_a_unit_that_is_none(pack: Path) -> None:
    change(pack / "units.json", lambda units: units.update(units=[17]))


def with_an_unreadable_start(pack: Path) -> None:
    change(pack / "pack.json", lambda about: about.update(business_starts_at="hôm qua"))


def with_another_time_for_real_work(pack: Path) -> None:
    change(pack / "pack.json", lambda about: about.update(demonstration=False))


def change(file: Path, how: Callable[[Any], object]) -> None:
    said = json.loads(file.read_text("utf-8"))
    how(said)
    file.write_text(json.dumps(said), "utf-8")


BREAKAGES = (
    (without_a_file, "units.json"),
    (with_a_cut_off_file, "counters.json"),
    (without_its_own_file, "pack.json"),
    (without_a_name, "tenant"),
    (with_a_counter_without_a_place, "counters.json#/counters/3/one_stop_id"),
    (with_a_unit_that_is_none, "units.json#/units/0"),
    (with_an_unreadable_start, "pack.json#/business_starts_at"),
    (with_another_time_for_real_work, "pack.json#/business_starts_at: only a demonstration"),
)


@pytest.mark.parametrize(("break_it", "named"), BREAKAGES)
def test_a_broken_pack_gives_one_clear_line_and_leaves_nothing(
    folder: DataFolder, pack: Path, break_it: Callable[[Path], None], named: str
) -> None:
    break_it(pack)
    refused = init(folder, pack)
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ")
    assert refused.output.count("\n") == 1
    assert named in refused.output
    assert not folder.exists()
    left = {file.name for file in folder.root.iterdir()} if folder.root.exists() else set()
    assert left <= {"lock"}


def test_after_a_broken_pack_the_mended_one_is_loaded(folder: DataFolder, pack: Path, tmp_path: Path) -> None:
    whole = shutil.copytree(pack, tmp_path / "whole")
    with_a_counter_without_a_place(pack)
    assert init(folder, pack).exit_code == 1
    assert init(folder, whole).exit_code == 0
    assert min(positions(folder).values()) > 0


def test_what_a_killed_start_left_behind_is_no_tenant(folder: DataFolder, pack: Path) -> None:
    (folder.root / "unfinished").mkdir(parents=True)
    (folder.root / "unfinished" / "survey.db").write_bytes(b"half")
    assert init(folder, pack).exit_code == 0
    assert min(positions(folder).values()) > 0
