"""Spans of days in which no unit comes under another one, so that places need not be looked up day by day."""

from datetime import date, timedelta

import pytest

from services.indicators.domain.running.scope import Scope
from services.indicators.domain.units import Borders, Parent, Successor, Unit, Units

MERGED = date(2025, 7, 1)
UNITS = Units(
    (
        Unit(id="tinh"),
        Unit(id="tp"),
        Unit(id="huyen", parents=(Parent(parent_id="tinh", valid_to=MERGED),)),
        Unit(
            id="xa-cu",
            parents=(Parent(parent_id="huyen", valid_to=MERGED),),
            succeeded_by=(Successor(unit_id="xa-moi", on=MERGED),),
        ),
        Unit(id="xa-moi", parents=(Parent(parent_id="tp", valid_from=MERGED),)),
    )
)


@pytest.mark.parametrize("borders", list(Borders))
@pytest.mark.parametrize("unit_id", ["xa-cu", "xa-moi", "huyen"])
def test_a_scope_places_every_day_as_the_tree_does(borders, unit_id):
    today = date(2026, 1, 1)
    scope = Scope(units=UNITS, borders=borders, today=today)
    for offset in (-400, -1, 0, 1, 100):
        day = MERGED + timedelta(days=offset)
        assert tuple(scope.places(unit_id, day)) == UNITS.place(unit_id, day, borders=borders, today=today)


def test_the_day_on_which_a_unit_changes_begins_a_span():
    assert UNITS.epoch_of(MERGED - timedelta(days=1)) < UNITS.epoch_of(MERGED)
    assert UNITS.epoch_of(MERGED) == UNITS.epoch_of(MERGED + timedelta(days=500))
