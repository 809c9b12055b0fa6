import re

import pytest

from services.chassis.domain import Unavailable
from services.chassis.http.routes import routes_without_guard
from tests.support.gateway import a_gateway

PAGES = ("/", "/counter-results", "/fleet", "/no-such-page")


def test_every_route_says_who_may_call_it(under_test):
    assert routes_without_guard(under_test.gateway.app) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_only_scripts_that_bear_its_nonce(reader, path):
    answer = reader.get(path)
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)[1]
    assert "unsafe" not in policy
    assert set(re.findall(r"<script[^>]*nonce=\"([^\"]+)\"", answer.text)) <= {nonce}
    assert not re.findall(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", answer.text)


def test_each_answer_has_a_nonce_of_its_own(client):
    first, second = (client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("path", PAGES)
def test_a_demonstration_says_so_on_every_page_with_its_business_day(reader, path):
    assert "Bản trình diễn: số liệu không có thật. Ngày làm việc trong hệ thống là 18/6/2021." in reader.get(path).text


def test_results_are_open_and_the_fleet_is_not(client):
    assert client.get("/counter-results").status_code == 200
    assert client.get("/fleet").headers["Location"] == "/sign-in?next=/fleet"


def test_before_the_first_block_the_page_says_how_many_ballots_are_lacking(client):
    text = client.get("/counter-results").text
    assert "Chưa đủ 5 phiếu để công bố" in text
    assert "Chưa có số liệu công bố" in text


def test_a_block_makes_a_figure_with_n_interval_and_response_rate(under_test, client):
    under_test.others.release_block({4: 3, 5: 1, 2: 1}, reasons={"waiting_time": 1})
    under_test.others.release_served("xa-binh-duong", 20)
    under_test.catch_up()
    text = client.get("/counter-results").text
    assert "<b>80,0\u00a0%</b>" in text
    assert "5 phiếu, khoảng tin cậy 95\u00a0%: 37,6\N{EN DASH}96,4\u00a0%" in text
    assert "tỷ lệ trả lời 25\u00a0% (5 phiếu trên 20 lượt phục vụ)." in text
    assert "Chờ lâu tại quầy" in text
    assert "4 phiếu mức 4 và 5 ÷ 5 phiếu = 80,0\u00a0%." in text
    assert "SIPAS" not in text


def test_without_served_counts_the_response_rate_is_unknown(under_test, client):
    under_test.others.release_block({5: 5})
    under_test.catch_up()
    assert "tỷ lệ trả lời không xác định vì chưa có số lượt phục vụ." in client.get("/counter-results").text


def test_raw_and_filtered_figures_stand_side_by_side(under_test, client):
    under_test.others.release_block({5: 5})
    under_test.others.release_block({1: 3, 2: 2}, counted=False)
    under_test.catch_up()
    both = "Chỉ phiếu được tính: 100,0\u00a0% của 5 phiếu. Mọi phiếu: 50,0\u00a0% của 10 phiếu."
    assert both in client.get("/counter-results").text
    every = client.get("/counter-results?ballots=all").text
    assert both in every
    assert "<b>50,0\u00a0%</b>" in every


def test_a_correction_moves_the_figure(under_test, client):
    under_test.others.release_block({5: 10})
    under_test.others.release_block({5: -5, 1: 5}, kind="corrections", size=5)
    under_test.catch_up()
    assert "<b>50,0\u00a0%</b>" in client.get("/counter-results").text


def test_the_page_of_a_day_shows_what_stood_on_that_day(under_test, client):
    under_test.others.release_block({5: 5}, closed_on="2021-06-01")
    under_test.others.release_block({1: 5}, closed_on="2021-06-18")
    under_test.catch_up()
    for written in ("10/6/2021", "2021-06-10"):
        assert "<b>100,0\u00a0%</b>" in client.get(f"/counter-results?as_of={written}").text
    assert "<b>50,0\u00a0%</b>" in client.get("/counter-results").text


def test_filters_choose_one_stop_and_field(under_test, client):
    under_test.others.release_block({5: 5})
    under_test.others.release_block({1: 5}, one_stop_id="tt-ha-lam", field="chung-thuc")
    under_test.catch_up()
    assert "<b>0,0\u00a0%</b>" in client.get("/counter-results?one_stop=tt-ha-lam").text
    assert "<b>100,0\u00a0%</b>" in client.get("/counter-results?field=dat-dai").text
    assert "Không có khối nào khớp" in client.get("/counter-results?one_stop=tt-ha-lam&field=dat-dai").text


@pytest.mark.parametrize(
    "query",
    [
        "as_of=yesterday",
        "as_of=31/2/2021",
        "as_of=1/1/99999999999999999999",
        "as_of=0001-01-01&period=30",
        "period=ever",
        "field=" + "x" * 81,
    ],
)
def test_a_choice_that_is_none_is_answered_by_a_page(client, query):
    answer = client.get(f"/counter-results?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "Không đọc được yêu cầu" in answer.text


def test_old_figures_say_so(under_test, client):
    under_test.others.release_block({5: 5})
    under_test.catch_up()
    under_test.clock.move(3 * 24 * 3600 + 1)
    assert "Số liệu có thể đã cũ: tin mới nhất là 3\u00a0ngày trước." in client.get("/counter-results").text


def test_an_open_page_fetches_only_its_moving_part(under_test, client):
    part = client.get("/counter-results", headers={"HX-Request": "true"}).text
    assert part.startswith('<div id="results"')
    assert "<html" not in part


def test_the_fleet_shows_contact_and_sequence_and_never_a_score(under_test, reader):
    under_test.others.pair("tablet-1")
    under_test.others.report("tablet-1", last_seq=1207, received=1201, missing=[[203, 207], [961, 961]])
    under_test.others.pair("tablet-2", counter="Quầy 2")
    under_test.catch_up()
    text = reader.get("/fleet").text
    assert text.index("Thiếu phiếu") < text.index("Chưa liên lạc")
    assert "1.207" in text
    assert "203\N{EN DASH}207, 961" in text
    assert "Hài lòng" not in text


def test_a_silent_tablet_is_shown_as_silent(under_test, reader):
    under_test.others.pair("tablet-1")
    under_test.others.report("tablet-1")
    under_test.catch_up()
    assert "Đang liên lạc" in reader.get("/fleet").text.partition("<table")[2].partition("</table>")[0]
    under_test.clock.move(301)
    assert "Im lặng" in reader.get("/fleet").text.partition("<table")[2].partition("</table>")[0]


def test_english_is_a_choice_that_is_kept(client):
    answer = client.get("/language/en?next=/counter-results")
    assert answer.headers["Location"] == "/counter-results"
    page = client.get("/counter-results")
    assert page.headers["Content-Language"] == "en"
    assert '<html lang="en">' in page.text
    assert "Fewer than 5 ballots" in page.text


def test_what_people_meet_is_a_page_and_what_programs_meet_is_a_problem(client):
    assert "Không có trang này" in client.get("/nope").text
    assert client.get("/api/directory/v1/nope").content_type == "application/problem+json"


def test_before_the_worker_made_the_read_models_people_are_told_to_wait(tmp_path):
    made = a_gateway(tmp_path, with_pack=False)
    answer = made.gateway.app.test_client().get("/counter-results")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "Số liệu đang được chuẩn bị" in answer.text
    made.close()


def test_while_the_database_is_away_people_meet_a_page_that_says_so(under_test, reader, monkeypatch):
    def away(*_about):
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(under_test.gateway.store, "load", away)
    answer = reader.get("/counter-results")
    assert (answer.status_code, answer.headers["Retry-After"], answer.mimetype) == (503, "1", "text/html")
    assert "Số liệu đang được chuẩn bị" in answer.text
    assert reader.get("/nope").status_code == 404


def test_a_style_sheets_address_changes_with_its_content_and_is_kept(client):
    address = re.search(r'href="(/static/portal.css\?v=[0-9a-f]{12})"', client.get("/sign-in").text)[1]
    with client.get(address) as answer:
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True)
    assert client.get("/static/../site.py").status_code == 404


def test_a_file_name_longer_than_any_file_has_is_not_found(client):
    assert client.get(f"/static/{'a' * 300}.css").status_code == 404
