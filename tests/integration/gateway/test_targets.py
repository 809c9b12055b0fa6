"""The open target board, told by an indicators service that answers as its contract says."""

import pytest

from tests.support.fake_services import FakeService, a_board
from tests.support.gateway import a_gateway

TARGETS = "/api/indicators/v1/targets/"


@pytest.fixture
def indicators():
    return FakeService(said={TARGETS: a_board()})


@pytest.fixture
def client(tmp_path, indicators):
    made = a_gateway(tmp_path, services={"indicators": indicators})
    yield made.gateway.app.test_client()
    made.close()


def test_the_board_is_open_and_says_target_figure_and_state_in_words(client):
    text = client.get("/targets").text
    assert "Chỉ tiêu cải cách hành chính năm 2021" in text
    assert "≥\u00a090\u00a0%" in text
    assert "<b>92,4\u00a0%</b>" in text
    assert "Đã giải quyết 12.128 hồ sơ, 11.206 đúng hạn (92,4 %); 3 xã còn dưới 90 %." in text
    assert "Đúng tiến độ" in text


def test_the_arithmetic_stands_behind_each_figure(client):
    assert "11.206 ÷ 12.128 = <b>92,4\u00a0%</b>" in client.get("/targets").text


def test_every_target_is_there_and_the_states_are_summed_up(client):
    text = client.get("/targets").text
    assert text.count('id="target-') == 26
    assert "26 chỉ tiêu, 18 chỉ tiêu đo được." in text


def test_a_target_without_a_figure_is_not_shown_as_zero(client):
    text = client.get("/targets").text
    assert "10 chỉ tiêu chưa có số liệu" in text
    assert "8 chỉ tiêu không đo được bằng con số" in text


def test_a_section_and_a_state_narrow_the_board(client):
    text = client.get("/targets?section=II.5&state=risk").text
    assert text.count('id="target-') == 1
    assert "Đang xem 1 chỉ tiêu." in text


def test_a_choice_that_fits_nothing_says_so_and_leads_back(client):
    text = client.get("/targets?section=II.9&state=risk").text
    assert "Không có chỉ tiêu nào khớp với lựa chọn này" in text


def test_another_day_and_todays_borders_are_asked_of_the_service(client, indicators):
    text = client.get("/targets?as_of=31/3/2021&borders=now").text
    assert (TARGETS, {"as_of": "2021-03-31", "borders": "now"}) in indicators.asked
    assert "Số liệu tại thời điểm 31/3/2021" in text
    assert "theo địa giới hiện nay" in text
    assert "data-live" not in text


@pytest.mark.parametrize("asked", ["as_of=32/1/2021", "borders=later", "state=good", "section=" + "x" * 99])
def test_a_question_that_cannot_be_read_is_a_400(client, asked):
    assert client.get(f"/targets?{asked}").status_code == 400


def test_english_readers_get_english(client):
    client.set_cookie("language", "en")
    text = client.get("/targets").text
    assert "Administrative reform targets for 2021" in text
    assert "92.4%" in text


def test_a_board_without_targets_says_why(client, indicators):
    indicators.said[TARGETS] = a_board() | {"items": []}
    assert "Chưa có chỉ tiêu nào" in client.get("/targets").text


def test_without_the_service_the_page_says_that_figures_are_being_prepared(tmp_path):
    made = a_gateway(tmp_path)
    answer = made.gateway.app.test_client().get("/targets")
    assert answer.status_code == 503
    assert "Số liệu đang được chuẩn bị" in answer.text
    made.close()


def test_figures_that_no_target_names_stand_on_the_board_too(client, indicators):
    assert "Số liệu điều hành" not in client.get("/targets").text
    series = [{"month": f"2021-0{month}-28", "value": 70.0 + month} for month in range(1, 7)]
    indicators.said["/api/indicators/v1/indicators/TASKS_DONE/figures"] = {
        "indicator": {
            "code": "TASKS_DONE",
            "version": 1,
            "definition": {"name_vi": "Tỷ lệ nhiệm vụ đã hoàn thành", "unit": "percent"},
        },
        "total": {"numerator": 380, "denominator": 500, "value": 76.0},
        "series": series,
    }
    text = client.get("/targets?as_of=17/6/2021").text
    row = text[text.index('id="figure-TASKS_DONE"') :]
    assert "Tỷ lệ nhiệm vụ đã hoàn thành" in row
    assert "380 trên 500" in row
    assert "<b>76,0\u00a0%</b>" in row
