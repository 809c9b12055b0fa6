from datetime import date

import pytest

from services.gateway.directory.domain.errors import UnitLoop
from services.gateway.directory.domain.records import DatedParent, UnitRecord, holds_on, parent_on
from services.gateway.directory.domain.tree import refuse_loops
from services.gateway.directory.pack import read_record
from tests.support.gateway import the_pack

MID_2025 = date(2025, 7, 1)


def under(*parents, unit_id):
    """A unit and the units above it, each alone or with its first day and its end."""
    stated = tuple(
        DatedParent(parent_id=it)
        if isinstance(it, str)
        else DatedParent(parent_id=it[0], valid_from=it[1], valid_to=it[2])
        for it in parents
    )
    return UnitRecord(id=unit_id, kind="department", name_en=unit_id, confidence="stated", parents=stated)


def tree(**above):
    return {unit_id: under(*parents, unit_id=unit_id) for unit_id, parents in above.items()}


@pytest.fixture(scope="module")
def units():
    return {written["id"]: read_record(written) for written in the_pack()["units"]["units"]}


def test_a_tree_has_no_loop():
    refuse_loops(tree(a=(), b=("a",), c=("b",), d=("b",)), "abcd")


def test_two_units_above_each_other_are_refused():
    with pytest.raises(UnitLoop) as refused:
        refuse_loops(tree(a=("b",), b=("a",)), "a")
    assert refused.value.params["units"] == ["a", "b", "a"]


def test_a_loop_through_many_units_is_refused_whichever_of_them_is_new():
    records = tree(a=("d",), b=("a",), c=("b",), d=("c",))
    for changed in "abcd":
        with pytest.raises(UnitLoop):
            refuse_loops(records, changed)


def test_units_that_changed_places_on_a_day_make_no_loop():
    before, after = (None, MID_2025), (MID_2025, None)
    refuse_loops(tree(a=(("b", *before),), b=(("a", *after),)), "ab")


def test_units_that_overlap_for_one_day_make_a_loop():
    records = tree(a=(("b", None, date(2025, 7, 2)),), b=(("a", MID_2025, None),))
    with pytest.raises(UnitLoop):
        refuse_loops(records, "b")


def test_a_loop_that_stands_elsewhere_is_not_another_units_fault():
    refuse_loops(tree(a=("b",), b=("a",), c=("b",)), "c")


def test_the_packs_units_make_a_tree(units):
    refuse_loops(units, units)


def test_the_communes_of_the_district_merge_at_new_year_and_at_mid_year_2025(units):
    communes = [it for it in units.values() if it.kind in {"commune", "township"}]
    days = [date(2021, 6, 18), date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), MID_2025]
    assert [sum(holds_on(it, day) for it in communes) for day in days] == [22, 22, 20, 20, 6]


def test_every_commune_that_ended_says_who_took_over_on_the_day_it_ended(units):
    for it in units.values():
        if it.kind in {"commune", "township"} and it.valid_to is not None:
            assert [(step.on, units[step.unit_id].id) for step in it.succeeded_by] == [
                (it.valid_to, it.succeeded_by[0].unit_id)
            ]


def test_from_mid_2025_there_is_no_district_and_communes_stand_under_the_city(units):
    there = {it.id: it for it in units.values() if holds_on(it, MID_2025)}
    assert not any(it.kind in {"district", "department"} for it in there.values())
    assert {parent_on(it, MID_2025) for it in there.values() if it.kind == "commune"} == {"tp-da-nang"}


def test_on_every_day_a_unit_stands_under_one_that_is_there(units):
    for day in (date(2021, 6, 18), date(2025, 1, 1), date(2025, 6, 30), MID_2025):
        for it in units.values():
            above = parent_on(it, day)
            assert above is None or holds_on(units[above], day), f"{it.id} on {day}"
