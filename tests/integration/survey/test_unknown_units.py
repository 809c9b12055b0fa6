"""A counter belongs to units that the directory has told of; others are refused at the edge, and nothing is written."""

from pathlib import Path

import pytest

from tests.integration.survey.conftest import Rig
from tests.support.product_apps import tell_units

COUNTERS = "/api/survey/v1/counters/"
OPENING = {
    "counter_id": "quay-9",
    "unit_id": "xa-binh-duong",
    "one_stop_id": "xa-binh-duong",
    "name": "Quầy 9",
    "on": "2026-01-01",
}
STRANGE = ({"unit_id": "xa-a"}, {"one_stop_id": "mot-cua-a"}, {"unit_id": "xa-a", "one_stop_id": "mot-cua-a"})


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'survey.db'}"


def test_a_counter_of_known_units_is_opened_and_moved(rig: Rig) -> None:
    tell_units(rig.settings)
    opened = rig.staff().post(COUNTERS, json=OPENING)
    assert opened.status_code == 201, opened.text
    move = {"unit_id": "huyen-thang-binh", "one_stop_id": "mot-cua-huyen-thang-binh", "on": "2026-02-01"}
    moved = rig.staff().put(f"{COUNTERS}quay-9/place", json=move, headers={"If-Match": opened.headers["ETag"]})
    assert moved.status_code == 200, moved.text


@pytest.mark.parametrize("strange", STRANGE)
def test_a_counter_of_an_unknown_unit_is_refused_and_leaves_no_trace(rig: Rig, strange: dict[str, str]) -> None:
    tell_units(rig.settings)
    before = rig.service.streams.store.last_position()
    refused = rig.staff().post(COUNTERS, json=OPENING | strange)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_unit")
    assert refused.json()["params"] == {"unit_ids": sorted(strange.values())}
    assert rig.service.streams.store.last_position() == before


@pytest.mark.parametrize("strange", STRANGE)
def test_a_counter_is_not_moved_to_an_unknown_unit(rig: Rig, strange: dict[str, str]) -> None:
    tell_units(rig.settings)
    rig.a_counter()
    place = {name: OPENING[name] for name in ("unit_id", "one_stop_id", "on")} | strange
    etag = rig.staff().get(f"{COUNTERS}quay-1").headers["ETag"]
    refused = rig.staff().put(f"{COUNTERS}quay-1/place", json=place, headers={"If-Match": etag})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_unit")
    assert rig.staff().get(f"{COUNTERS}quay-1").headers["ETag"] == etag


def test_as_long_as_no_unit_was_told_every_unit_is_unknown(rig: Rig) -> None:
    refused = rig.staff().post(COUNTERS, json=OPENING)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_unit")
