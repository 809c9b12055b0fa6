"""How targets stand, operator by operator, and the sentence that says why."""

from dataclasses import replace
from datetime import date

import pytest

from services.indicators.domain.catalogue_events import Aim, Condition, Definition, Document, Scope
from services.indicators.domain.status import Kind, Lack, Reading, State, judge
from services.indicators.domain.status_words import reason_of

JUNE, NEW_YEARS_EVE = date(2021, 6, 18), date(2021, 12, 31)
DEFINITION = Definition(
    name_vi="Tỷ lệ hồ sơ giải quyết đúng hạn",
    name_en="On-time rate",
    unit="percent",
    direction="higher",
    formula="100 * numerator / denominator",
    source="one_stop",
    frequency="monthly",
    valid_from=date(2021, 1, 14),
    numerator_vi="Số hồ sơ đúng hạn",
    numerator_en="dossiers on time",
    sentence_vi="Đã giải quyết {denominator} hồ sơ, {numerator} đúng hạn",
    sentence_en="{denominator} dossiers were solved, {numerator} of them on time",
    decimals=1,
)


def an_aim(**changes) -> Aim:
    said = {
        "text_vi": "…",
        "text_en": "…",
        "year": 2021,
        "scope": Scope(unit_id="huyen-thang-binh"),
        "indicator": "ONTIME_SOLVED",
        "operator": "gte",
        "value": 90,
        "unit": "percent",
    }
    return Aim(**{**said, **changes})


def running(numerator: int, denominator: int, until: date = JUNE) -> Reading:
    value = 100 * numerator / denominator if denominator else None
    lack = None if denominator else Lack.NOTHING_TO_DIVIDE_BY
    return Reading(kind=Kind.RUNNING, value=value, numerator=numerator, denominator=denominator, until=until, lack=lack)


def official(value: float, *, period: str = "2021", document: Document | None = None) -> Reading:
    until = NEW_YEARS_EVE if period == "2021" else date(2021, 3, 31)
    return Reading(kind=Kind.OFFICIAL, value=value, until=until, period=period, document=document, lack=None)


def state(aim: Aim, reading: Reading, as_of: date) -> State:
    return judge(aim, {"ONTIME_SOLVED": reading}, as_of).state


@pytest.mark.parametrize(
    ("operator", "asked", "value", "in_june", "in_the_end"),
    [
        ("eq", 100, 100, State.ON_TRACK, State.MET),
        ("eq", 100, 99.99, State.AT_RISK, State.MISSED),
        ("gte", 90, 90, State.ON_TRACK, State.MET),
        ("gte", 90, 89.96, State.AT_RISK, State.MISSED),
        ("gt", 85, 85, State.AT_RISK, State.MISSED),
        ("gt", 85, 85.01, State.ON_TRACK, State.MET),
        ("lte_rank", 8, 8, State.MET, State.MET),
        ("lte_rank", 8, 9, State.MISSED, State.MISSED),
        ("document", None, 1, State.MET, State.MET),
        ("document", None, 0, State.AT_RISK, State.MISSED),
    ],
)
def test_a_figure_is_held_against_its_target_before_rounding(operator, asked, value, in_june, in_the_end):
    aim = an_aim(operator=operator, value=asked)
    assert state(aim, official(value), JUNE) is in_june
    assert state(aim, official(value), NEW_YEARS_EVE) is in_the_end


@pytest.mark.parametrize("operator", ["eq", "gte", "gt", "lte_rank", "document"])
def test_where_nothing_is_known_a_target_is_never_missed(operator):
    verdict = judge(an_aim(operator=operator), {}, NEW_YEARS_EVE)
    assert (verdict.state, verdict.lack) == (State.NO_DATA, Lack.NOTHING_PUBLISHED)


def test_nothing_to_divide_by_is_no_data_and_not_zero():
    verdict = judge(an_aim(), {"ONTIME_SOLVED": running(0, 0)}, NEW_YEARS_EVE)
    assert (verdict.state, verdict.lack) == (State.NO_DATA, Lack.NOTHING_TO_DIVIDE_BY)


def test_a_target_that_cannot_be_measured_says_why_and_is_never_missed():
    aim = an_aim(measurable=False, operator=None, indicator=None, why_not_vi="Không có số đếm", why_not_en="No count")
    verdict = judge(aim, {}, NEW_YEARS_EVE)
    assert (verdict.state, verdict.lack) == (State.NO_DATA, Lack.NOT_MEASURABLE)
    assert reason_of(aim, verdict, Reading(), None, JUNE).vi == "Không đo được: Không có số đếm."


def test_a_first_quarter_decides_nothing_when_the_year_is_over():
    assert state(an_aim(), official(80, period="2021-Q1"), date(2022, 2, 1)) is State.AT_RISK
    assert state(an_aim(), official(95, period="2021-Q1"), date(2022, 2, 1)) is State.ON_TRACK


def test_before_its_year_a_target_has_not_begun():
    assert judge(an_aim(), {"ONTIME_SOLVED": running(1, 1)}, date(2020, 12, 31)).lack is Lack.NOT_BEGUN


SET = tuple(Condition(indicator=code, operator="gte", value=50) for code in ("A", "B", "C"))


@pytest.mark.parametrize(
    ("values", "as_of", "expected"),
    [
        ((60, 60, 10), NEW_YEARS_EVE, State.MET),
        ((60, 60, 10), JUNE, State.ON_TRACK),
        ((60, 60, None), NEW_YEARS_EVE, State.MET),
        ((60, 10, 10), JUNE, State.AT_RISK),
        ((60, 10, 10), NEW_YEARS_EVE, State.MISSED),
        ((60, None, 10), NEW_YEARS_EVE, State.NO_DATA),
        ((None, None, None), NEW_YEARS_EVE, State.NO_DATA),
        ((10, 10, None), NEW_YEARS_EVE, State.MISSED),
    ],
)
def test_at_least_two_of_three(values, as_of, expected):
    aim = an_aim(operator="at_least", value=2, indicator=None, conditions=SET)
    readings = {it.indicator: official(value) for it, value in zip(SET, values, strict=True) if value is not None}
    assert judge(aim, readings, as_of).state is expected


def test_a_set_says_how_many_hold_and_how_many_are_not_known():
    aim = an_aim(operator="at_least", value=2, indicator=None, conditions=SET)
    verdict = judge(aim, {"A": official(60)}, JUNE)
    said = reason_of(aim, verdict, Reading(), None, JUNE)
    assert said.vi == "1 trong 3 nội dung đạt, 2 nội dung chưa có số liệu; chỉ tiêu ít nhất 2."
    assert said.en == "1 of 3 hold, 2 have no data yet; the target is at least 2."


def test_a_set_whose_year_has_not_begun_says_so():
    aim = an_aim(operator="at_least", value=2, indicator=None, conditions=SET)
    eve = date(2020, 12, 31)
    found = reason_of(aim, judge(aim, {"A": official(60)}, eve), Reading(), None, eve)
    assert (found.vi, found.en) == ("Chưa có số liệu: năm 2021 chưa bắt đầu.", "No data: 2021 has not begun.")


def said(aim: Aim, reading: Reading, as_of: date = JUNE):
    return reason_of(aim, judge(aim, {"ONTIME_SOLVED": reading}, as_of), reading, DEFINITION, as_of)


def test_the_reason_is_one_sentence_with_the_arithmetic():
    found = said(an_aim(), running(1150, 1204))
    assert found.vi == (
        "Đã giải quyết 1.204 hồ sơ, 1.150 đúng hạn (95,5 %); chỉ tiêu từ 90 % trở lên (số liệu tạm tính đến 18/6/2021)."
    )
    assert found.en == (
        "1,204 dossiers were solved, 1,150 of them on time (95.5 %); the target is 90 % or more"
        " (running figure up to 18 June 2021)."
    )


def test_counts_that_are_not_whole_are_told_with_their_decimals():
    spent = replace(running(0, 0), value=50.2, numerator=12.55, denominator=25, lack=None)
    found = said(an_aim(), spent)
    assert found.vi.startswith("Đã giải quyết 25 hồ sơ, 12,55 đúng hạn (50,2 %)")
    assert found.en.startswith("25 dossiers were solved, 12.55 of them on time (50.2 %)")


def test_rounding_never_seems_to_reach_a_target_that_is_not_reached():
    assert "(89,96 %)" in said(an_aim(), running(8996, 10000)).vi
    assert "(99,99 %)" in said(an_aim(operator="eq", value=100), running(9999, 10000)).vi
    assert "(85,01 %)" in said(an_aim(operator="gt", value=85), running(8501, 10000)).vi


@pytest.mark.parametrize(
    ("changes", "reading", "vi"),
    [
        (
            {"operator": "lte_rank", "value": 8, "unit": "rank"},
            official(6, document=Document(number="617/QĐ-UBND", dated=date(2022, 3, 29))),
            "Xếp thứ 6 theo 617/QĐ-UBND; chỉ tiêu trong nhóm 8 đơn vị dẫn đầu (số liệu chính thức năm 2021).",
        ),
        (
            {"operator": "lte_rank", "value": 8, "unit": "rank"},
            Reading(),
            "Chưa có số liệu: thứ hạng năm 2021 chưa được công bố tính đến 18/6/2021.",
        ),
        (
            {"operator": "document", "value": None, "unit": None},
            official(1, document=Document(number="12/ĐA-UBND", dated=date(2021, 5, 15))),
            "Đã có 12/ĐA-UBND ngày 15/5/2021; chỉ tiêu là văn bản được ban hành (số liệu chính thức năm 2021).",
        ),
        (
            {"operator": "gt", "value": 85},
            Reading(lack=Lack.UNITS_MISSING, units_known=3, units=34),
            "Chưa có số liệu: mới có 3 trong 34 đơn vị công bố.",
        ),
        (
            {},
            Reading(lack=Lack.NOTHING_RECORDED),
            "Chưa có số liệu: chưa ghi nhận việc nào thuộc chỉ số này trong năm 2021, tính đến 18/6/2021.",
        ),
    ],
)
def test_every_kind_of_target_has_words_of_its_own(changes, reading, vi):
    assert said(an_aim(**changes), reading).vi == vi
