"""What pages are made of, without any page: standings, forms, drawings, figures as CSV, navigation."""

import csv
import io
from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from services.chassis.domain import Unavailable
from services.chassis.http.refusals import BadRequest
from services.chassis.service_client import Answer
from services.gateway.portal.asked import choice_asked, day_asked, written_day
from services.gateway.portal.asking import Asking, NotForReader, NothingThere, Problem, ShortMemory
from services.gateway.portal.board import counts_of, target_of
from services.gateway.portal.figures_csv import SERIES_COLUMNS, TARGET_COLUMNS, indicator_csv, targets_csv
from services.gateway.portal.formats import NOTHING, Formats
from services.gateway.portal.navigation import SIGNED_IN, pages_for
from services.gateway.portal.series import Month, chart, sparkline
from services.gateway.portal.standing import grouped, standing_of
from services.gateway.portal.task_wishes import BY_NAME
from services.gateway.portal.wishes import Field, Wish, read_typed
from services.gateway.portal.words import LANGUAGES, words_of
from tests.support.fake_services import FakeService, a_board

VI, EN = Formats("vi"), Formats("en")


def a_task(**told):
    return {"state": "accepted", "days_left": 20, "timeliness": None} | told


@pytest.mark.parametrize(
    ("told", "kind", "key", "group"),
    [
        ({"days_left": -3}, "bad", "overdue", "overdue"),
        ({"days_left": 0}, "risk", "today", "soon"),
        ({"days_left": 7}, "risk", "left", "soon"),
        ({"days_left": 8}, "none", "left", "later"),
        ({"days_left": None}, "none", "undated", "undated"),
        ({"state": "reported", "days_left": -3}, "none", "reported", "desk"),
        ({"state": "refused"}, "risk", "refused", "desk"),
        ({"state": "completed", "timeliness": "on_time"}, "ok", "completed_on_time", "ended"),
        ({"state": "completed", "timeliness": "extended"}, "ok", "completed_extended", "ended"),
        ({"state": "completed", "timeliness": "late"}, "risk", "completed_late", "ended"),
        ({"state": "cancelled"}, "none", "cancelled", "ended"),
    ],
)
def test_a_task_stands_by_its_state_and_its_days(told, kind, key, group):
    standing = standing_of(a_task(**told))
    assert (standing.kind, standing.key, standing.group) == (kind, key, group)
    assert all(f"task.standing.{key}" in words_of(language) for language in LANGUAGES)


def test_what_has_to_be_done_first_stands_first():
    tasks = [a_task(days_left=20), a_task(state="completed"), a_task(days_left=-1), a_task(days_left=2)]
    assert list(grouped(tasks)) == ["overdue", "soon", "later", "ended"]


@pytest.mark.parametrize("name", sorted(BY_NAME))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_a_task_has_its_words(name, language):
    keys = [f"act.{name}.{it}" for it in ("name", "do", "done")]
    keys += [f"act.{name}.{field.name}" for field in BY_NAME[name].fields if field.name != "n"]
    assert [key for key in keys if key not in words_of(language)] == []


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("60", 60),
        ("92,4", 92.4),
        ("1.904", 1904),
        ("92.4", 92.4),
        ("1.904,5", 1904.5),
        ("60 %", 60),
        ("-3", -3),
        ("0.125", 0.125),
        ("1.234.567", 1234567),
    ],
)
def test_a_number_is_read_as_people_write_it(written, number):
    wish = Wish(name="progress", fields=(Field(name="percent", kind="number"),))
    assert read_typed(wish, MultiDict({"percent": written})).body == {"percent": number}


@pytest.mark.parametrize("written", ["nhiều", "nan", "inf", "1,2,3", "1e999", "--1", "1,904.5", "12.34,5"])
def test_what_is_no_number_is_said_to_be_none(written):
    wish = Wish(name="progress", fields=(Field(name="percent", kind="number"),))
    assert read_typed(wish, MultiDict({"percent": written})).wrong == {"percent": "form.not_a_number"}


def test_a_number_too_great_for_any_figure_is_none():
    wish = Wish(name="progress", fields=(Field(name="percent", kind="number"),))
    assert read_typed(wish, MultiDict({"percent": "9" * 400})).wrong == {"percent": "form.not_a_number"}


def test_a_field_that_is_lacking_is_named_and_one_that_need_not_be_there_is_left_out():
    wish = Wish(name="w", fields=(Field(name="reason"), Field(name="note", required=False)))
    typed = read_typed(wish, MultiDict({"reason": "  "}))
    assert (typed.wrong, typed.body) == ({"reason": "form.missing"}, {})


def test_a_nul_in_a_form_is_refused():
    with pytest.raises(BadRequest):
        read_typed(Wish(name="w", fields=(Field(name="reason"),)), MultiDict({"reason": "a\0b"}))


@pytest.mark.parametrize("once", ["ế" * 8, "abcd\nefgh"])
def test_a_mark_that_cannot_stand_in_a_header_is_refused(once):
    with pytest.raises(BadRequest):
        read_typed(Wish(name="w"), MultiDict({"once": once}))


def test_parts_need_a_unit_and_what_they_are():
    wish = Wish(name="split", parts=True)
    assert read_typed(wish, MultiDict({"part_unit_2": "xa-binh-tu"})).wrong == {"part_title_2": "form.part_unclear"}
    typed = read_typed(wish, MultiDict({"part_unit_1": "xa-binh-tu", "part_title_1": "Một"}))
    assert typed.body == {"parts": [{"unit_id": "xa-binh-tu", "title": "Một"}]}


def test_days_and_choices_of_an_address_are_read_or_refused():
    today = date(2021, 6, 18)
    assert day_asked("31/3/2021", today) == day_asked("2021-03-31", today) == date(2021, 3, 31)
    assert day_asked("1/1/2022", today) == today
    assert written_day("31/2/2021") is None
    assert choice_asked(None, ("then", "now")) == "then"
    with pytest.raises(BadRequest):
        choice_asked("later", ("then", "now"))


def test_figures_are_written_in_their_unit():
    assert VI.value(92.4049, "percent") == "92,4\u00a0%"
    assert VI.value(92.45, "percent") == "92,5\u00a0%"
    assert VI.value(None, "percent") == NOTHING
    assert (VI.value(8, "rank"), EN.value(8, "rank")) == ("hạng\u00a08", "rank\u00a08")
    assert VI.threshold("gte", 90, "percent") == "≥\u00a090\u00a0%"
    assert VI.threshold("eq", 100, "percent") == "100\u00a0%"
    assert VI.threshold("lte_rank", 8, "rank") == "hạng\u00a0≤\u00a08"
    assert VI.threshold(None, None, None) == NOTHING
    assert VI.count(11206.0) == "11.206"


@pytest.mark.parametrize(
    ("period", "vi", "en"),
    [
        ("2021-Q2", "quý II năm 2021", "Q2 2021"),
        ("2021-H1", "6 tháng đầu năm 2021", "first half of 2021"),
        ("2021-9M", "9 tháng năm 2021", "9 months of 2021"),
        ("2021-6M", "6 tháng năm 2021", "6 months of 2021"),
        ("2021-05", "tháng 5/2021", "May 2021"),
        ("2021", "năm 2021", "2021"),
        ("tuần 3", "tuần 3", "tuần 3"),
    ],
)
def test_periods_are_said_in_words(period, vi, en):
    assert (VI.period(period), EN.period(period)) == (vi, en)


def test_moments_of_business_time_are_not_shifted_once_more():
    assert VI.business_moment("2021-06-18T10:42:00+07:00") == "10:42 ngày 18/6/2021"
    assert VI.written_day("2021-06-18") == "18/6/2021"
    assert VI.size(1_200_000) == "1,2\u00a0MB"


def test_a_line_is_broken_where_a_month_has_no_figure():
    months = [Month("2021-01", 50.0), Month("2021-02", 60.0), Month("2021-03", None), Month("2021-04", 70.0)]
    drawn = sparkline(months, 90.0)
    assert len(drawn.parts) == 1
    assert [dot.month for dot in drawn.dots] == ["2021-01", "2021-02", "2021-04"]
    assert drawn.goal < drawn.end.y
    assert sparkline([Month("2021-01", None)], 90.0) is None


def test_a_chart_has_round_values_and_stays_within_its_bounds():
    months = [Month("2021-01", 97.0), Month("2021-02", 99.5)]
    values = [value for value, _ in chart(months, 100.0, within=(0.0, 100.0)).rules]
    assert values[-1] == 100.0
    assert values == sorted(values)
    assert chart(months[:1], 100.0) is None
    assert chart([Month("2021-01", 5.0), Month("2021-02", 5.0)], None) is not None


@pytest.mark.parametrize("values", [(150.0, 150.0), (96.0, 108.0), (-40.0, 20.0)])
def test_a_chart_of_values_beyond_its_bounds_shows_all_of_them(values):
    drawn = chart([Month(f"2021-0{nth}", value) for nth, value in enumerate(values, 1)], 100.0, within=(0.0, 100.0))
    heights = [height for _, height in drawn.rules]
    assert all(min(heights) <= dot.y <= max(heights) for dot in drawn.dots)


def test_a_board_counts_every_target_once():
    targets = [target_of(it) for it in a_board()["items"]]
    assert sum(counts_of(targets).values()) == 26


def test_a_state_that_nobody_knows_counts_as_no_data():
    told = a_board()["items"][0]
    assert target_of(told | {"status": {"state": "splendid"}}).state == "no_data"


def test_a_name_never_becomes_a_formula_and_a_number_stays_one():
    told = a_board()["items"][10] | {"text_vi": "=HYPERLINK(1)"}
    (row,) = csv.DictReader(io.StringIO(targets_csv([told])))
    assert tuple(row) == TARGET_COLUMNS
    assert row["noi_dung"] == "'=HYPERLINK(1)"
    assert float(row["gia_tri"]) == 100.0


def test_an_indicator_as_csv_tells_months_and_units():
    told = {
        "indicator": {"code": "X", "definition": {"unit": "percent"}},
        "until": "2021-06-18",
        "series": [{"month": "2021-01", "numerator": -1.0, "denominator": 2.0, "value": -50.0}],
        "units": [{"unit_id": "u", "name_vi": "@cmd", "numerator": 1.0, "denominator": 3.0, "value": 100 / 3}],
    }
    rows = list(csv.DictReader(io.StringIO(indicator_csv(told))))
    assert tuple(rows[0]) == SERIES_COLUMNS
    assert (rows[0]["tu_so"], rows[1]["ten"], rows[1]["gia_tri"]) == ("-1", "'@cmd", "33.333333")


def test_who_is_not_signed_in_is_led_to_open_pages_alone():
    assert [it.path for it in pages_for(frozenset())] == ["/targets", "/plans", "/counter-results"]
    assert "/people" not in [it.path for it in pages_for(frozenset({SIGNED_IN, "unit_head"}))]


@pytest.mark.parametrize(
    ("status", "raised"),
    [(404, NothingThere), (403, NotForReader), (422, BadRequest), (503, Unavailable), (401, Unavailable)],
)
def test_a_question_that_is_refused_becomes_the_page_that_says_so(status, raised):
    service = FakeService(said={"/x": Answer(status=status, body={}, headers={})})
    with pytest.raises(raised):
        Asking(service, "token", ShortMemory()).read("/x")


def test_a_wish_that_is_refused_says_why_and_names_the_fields():
    told = {"code": "fields_invalid", "title": "Sai", "errors": [{"in": "body", "pointer": "/percent", "detail": "x"}]}
    service = FakeService(refusals={"/x": (422, told)})
    problem = Asking(service, "token", ShortMemory()).act("POST", "/x", {})
    assert isinstance(problem, Problem)
    assert (problem.code, problem.fields) == ("fields_invalid", {"percent": "x"})


def test_what_everybody_may_read_is_asked_for_once_a_moment():
    service = FakeService(said={"/x": 1})
    now = iter([0.0, 0.0, 0.1, 1.0, 1.0])
    memory = ShortMemory(0.5, lambda: next(now))
    open_asking = Asking(service, None, memory)
    assert [open_asking.read("/x") for _ in range(3)] == [1, 1, 1]
    assert len(service.asked) == 2
    signed_in = Asking(service, "token", memory)
    assert [signed_in.read("/x") for _ in range(2)] == [1, 1]
    assert len(service.asked) == 4


def test_what_was_said_before_a_page_heard_of_news_is_not_said_again_after():
    service, memory = FakeService(said={"/x": 1}), ShortMemory(0.5, lambda: 0.0)
    assert Asking(service, None, memory, heard=7).read("/x") == 1
    service.said["/x"] = 2
    assert Asking(service, None, memory, heard=7).read("/x") == 1
    assert Asking(service, None, memory, heard=8).read("/x") == 2
