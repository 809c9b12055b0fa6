"""What the pack defines as automatic is told by a family, and in the way it is defined."""

import json
from pathlib import Path

import pytest

from services.indicators.domain.running.shares import Shows
from services.indicators.domain.running.table import FIGURES

PACK = Path(__file__).parents[4] / "packs" / "thang-binh-2021"
DEFINED = {it["code"]: it for it in json.loads((PACK / "indicators.json").read_text("utf-8"))["indicators"]}
BY_HAND = {"ONESTOP9_TOTAL"}
"""Told by a score sheet."""


def test_every_automatic_indicator_of_the_pack_has_a_family():
    automatic = {code for code, it in DEFINED.items() if it["source"] in {"tasks", "one_stop"}}
    assert automatic - BY_HAND <= set(FIGURES)


@pytest.mark.parametrize("code", sorted(FIGURES.keys() & DEFINED.keys()))
def test_a_family_sums_as_its_indicator_is_defined(code):
    defined = DEFINED[code]
    assert FIGURES[code].stock == (defined.get("sums") == "stock")
    shown = {"percent": Shows.PERCENT, "count": Shows.COUNT, "working_days": Shows.MEAN}
    assert FIGURES[code].shows is shown[defined["unit"]]
