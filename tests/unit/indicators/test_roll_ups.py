"""Released blocks rolled up by dated unit."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from services.indicators.domain.figures import Sums, response_rate, satisfaction, wilson
from services.indicators.domain.leaf import Leaf
from services.indicators.domain.roll_ups import By, Question, roll_up
from services.indicators.domain.units import Borders, Parent, Successor, Unit, Units

MERGED = date(2025, 7, 1)
BEFORE = date(2021, 6, 18)
TODAY = date(2025, 8, 1)

UNITS = Units(
    (
        Unit(id="da-nang"),
        Unit(id="thang-binh", valid_to=MERGED),
        Unit(
            id="xa-a",
            parents=(Parent(parent_id="thang-binh", valid_to=MERGED),),
            valid_to=MERGED,
            succeeded_by=(Successor(unit_id="xa-new", on=MERGED, relation="merged_to_form"),),
        ),
        Unit(
            id="xa-b",
            parents=(Parent(parent_id="thang-binh", valid_to=MERGED),),
            valid_to=MERGED,
            succeeded_by=(Successor(unit_id="xa-new", on=MERGED, relation="merged_to_form"),),
        ),
        Unit(id="xa-new", parents=(Parent(parent_id="da-nang", valid_from=MERGED),), valid_from=MERGED),
    )
)


@dataclass(frozen=True)
class ABlock:
    one_stop: str = "xa-a"
    code: str = "dat-dai"
    closed_on: date = BEFORE
    counted: bool = True
    scores: dict[str, int] = field(default_factory=lambda: {"5": 4, "1": 1})
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def leaf(self) -> Leaf:
        return Leaf(self.one_stop, self.code, "counter", "sha256:1", self.counted, "cell")


def ask(blocks, served=None, **about):
    question = Question(today=TODAY, **about)
    return {line.key: line for line in roll_up(blocks, served or {}, UNITS, question, (4, 5))}


def test_blocks_are_summed_by_one_stop():
    lines = ask([ABlock(), ABlock(), ABlock(one_stop="xa-b")], by=By.ONE_STOP)
    assert {key: line.satisfaction.n for key, line in lines.items()} == {"xa-a": 10, "xa-b": 5}


def test_a_unit_takes_in_everything_below_it_in_the_borders_of_the_day():
    lines = ask([ABlock(), ABlock(one_stop="xa-b")], by=By.UNIT)
    assert {key: line.satisfaction.n for key, line in lines.items()} == {"xa-a": 5, "xa-b": 5, "thang-binh": 10}


def test_in_the_borders_of_now_a_ballot_counts_where_its_place_belongs_today():
    lines = ask([ABlock(), ABlock(one_stop="xa-b")], by=By.UNIT, borders=Borders.NOW)
    assert {key: line.satisfaction.n for key, line in lines.items()} == {"xa-new": 10, "da-nang": 10}


def test_one_unit_can_be_asked_for():
    assert ask([ABlock(), ABlock(one_stop="xa-b")], unit_id="xa-b")["total"].satisfaction.n == 5
    assert ask([ABlock(), ABlock(one_stop="xa-b")], unit_id="thang-binh")["total"].satisfaction.n == 10


def test_a_week_begins_on_monday():
    lines = ask([ABlock(), ABlock(closed_on=date(2021, 6, 20)), ABlock(closed_on=date(2021, 6, 21))], by=By.WEEK)
    assert {key: line.satisfaction.n for key, line in lines.items()} == {"2021-06-14": 10, "2021-06-21": 5}


def test_not_counted_ballots_show_in_the_raw_figure_alone():
    blocks = [ABlock(), ABlock(counted=False)]
    assert ask(blocks)["total"].satisfaction.n == 5
    assert ask(blocks, counted_only=False)["total"].satisfaction.n == 10


def test_corrections_are_added_with_their_sign():
    correction = ABlock(scores={"5": -4, "4": 3, "2": 1}, reasons={"attitude": 1})
    line = ask([ABlock(), correction])["total"]
    assert (line.satisfaction.n, line.satisfaction.satisfied, line.reasons) == (5, 3, {"attitude": 1})


def test_the_response_rate_is_unknown_where_the_number_served_is():
    assert ask([ABlock()])["total"].response_rate is None
    line = ask([ABlock()], {("xa-a", "dat-dai", BEFORE): 20})["total"]
    assert (line.served, line.response_rate) == (20, 0.25)
    assert response_rate(5, 0) is None


def test_no_ballots_are_no_share_and_not_zero():
    told = satisfaction(Sums(), (4, 5))
    assert (told.n, told.share, told.interval) == (0, None, None)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 100, 0.7222, 0.8749)]
)
def test_wilsons_interval_is_that_of_the_tables(successes, n, low, high):
    interval = wilson(successes, n)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_place_that_was_divided_stays_under_its_own_name():
    divided = Units(
        (Unit(id="a", succeeded_by=(Successor(unit_id="b", on=MERGED, relation="territory_divided"),)), Unit(id="b"))
    )
    assert divided.successor_on("a", TODAY) == "a"
