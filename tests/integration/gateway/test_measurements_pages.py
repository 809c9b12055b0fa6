"""Official figures on pages, with the indicators service for real behind them: brought, judged, published, corrected."""

import re

import pytest

from tests.integration.gateway.conftest import UNIT

INDICATOR = "EDOC_SHARE"
FIGURE = {"indicator": INDICATOR, "unit_id": UNIT, "numerator": "45", "denominator": "50"}
DOCUMENT = {"document": "20/BC-UBND", "dated": "16/6/2021", "signer": "Nguyễn Văn An"}


@pytest.fixture(scope="module")
def chairman(district):
    return district.client(district.person("chairman", "huyen-thang-binh"))


def send(client, path, shown_at, **typed):
    """Send a form as the page at `shown_at` gives it out."""
    hidden = dict(re.findall(r'type="hidden" name="(form_token|once)" value="([^"]*)"', client.get(shown_at).text))
    return client.post(path, data=hidden | typed)


def submitted(client, **typed):
    answer = send(client, "/measurements/new", "/measurements/new", **(FIGURE | typed))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("?")[0]


def done(client, page, wish, **typed):
    answer = send(client, f"{page}/{wish}", page, **typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("?")[0]


def forms_of(client, page):
    return re.findall(rf'action="{re.escape(page)}/([a-z]+)"', client.get(page).text)


def test_an_empty_list_says_what_to_do(head, chairman):
    assert "Chọn “Nhập số liệu”" in head.get("/measurements").text
    assert "Nhập số liệu</a>" not in chairman.get("/measurements").text
    assert "Không có số liệu nào chờ duyệt hoặc công bố." in chairman.get("/measurements").text


def test_a_figure_is_brought_approved_by_other_eyes_and_published(district, head, desk):
    page = submitted(head, period="2021-Q1", **DOCUMENT)
    district.catch_up()
    waiting = desk.get("/measurements").text
    assert "1 số liệu chờ duyệt hoặc công bố." in waiting
    assert "45 ÷ 50" in waiting
    assert forms_of(head, page) == []
    assert forms_of(desk, page) == ["approval", "return"]
    done(desk, page, "approval")
    assert forms_of(desk, page) == ["publication", "return"]
    done(desk, page, "publication")
    district.catch_up()
    text = head.get(page).text
    assert "đây là số liệu chính thức của kỳ" in text
    assert "Số 20/BC-UBND ngày 16/6/2021, Nguyễn Văn An" in text
    assert "90,0\u00a0%" in text
    assert f"/measurements?indicator={INDICATOR}" in head.get(f"/indicators/{INDICATOR}").text


def test_who_brought_a_figure_is_told_why_they_do_not_approve_it(desk, chairman):
    page = submitted(desk, period="2021-04")
    assert "Bạn là người nhập nên không tự duyệt" in desk.get(page).text
    assert forms_of(desk, page) == ["return"]
    refused = send(desk, f"{page}/approval", page)
    assert refused.status_code == 422
    assert "Người nhập số liệu không được tự duyệt" in refused.text
    assert forms_of(chairman, page) == ["approval", "return"]


def test_a_figure_that_came_back_is_brought_again_from_its_own_form(district, head, desk):
    page = submitted(head, period="2021-05", numerator="42,5")
    assert send(desk, f"{page}/return", page).status_code == 422
    done(desk, page, "return", reason="Thiếu số liệu hai tháng.")
    district.catch_up()
    assert "Được trả lại, cần nhập lại (1)" in head.get("/measurements").text
    text = head.get(page).text
    assert "Thiếu số liệu hai tháng." in text
    anew = re.search(r'href="(/measurements/new\?[^"]+)"', text)[1].replace("&amp;", "&")
    form = head.get(anew).text
    assert 'value="42,5"' in form
    assert '<option value="2021-05" selected>' in form
    assert submitted(head, period="2021-05", numerator="46").endswith(".2")
    district.catch_up()
    assert "Được trả lại, cần nhập lại" not in head.get("/measurements").text


def test_a_published_figure_is_corrected_with_a_document_and_its_period_opened_again(district, head, desk):
    page = submitted(head, period="2021-01")
    done(desk, page, "approval")
    done(desk, page, "publication")
    assert forms_of(head, page) == ["correction"]
    lacking = send(head, f"{page}/correction", page, numerator="47", denominator="50", reason="Tính sót.")
    assert lacking.status_code == 422
    assert 'href="#correction-document"' in lacking.text
    corrected = done(head, page, "correction", numerator="47", denominator="50", reason="Tính sót.", **DOCUMENT)
    district.catch_up()
    assert forms_of(head, page) == []
    assert "Kỳ này đang có một số liệu mới" in head.get(page).text
    done(desk, corrected, "approval")
    done(desk, corrected, "publication")
    district.catch_up()
    assert "Đã được thay thế" in head.get(page).text
    assert forms_of(desk, corrected) == ["correction", "reopening"]
    done(desk, corrected, "reopening", reason="Kết luận kiểm tra.", **DOCUMENT)
    assert "Nhập số liệu mới" in head.get(corrected).text


@pytest.mark.parametrize(
    ("typed", "field", "vi", "en"),
    [
        ({"period": "2021-Q1"}, "period", "Kỳ này đã có số liệu", "This period has a figure already"),
        ({"value": "90", "period": "2021-02"}, "value", "không ghi cả hai cách", "not both ways at once"),
        ({"numerator": "60", "period": "2021-02"}, "numerator", "nằm ngoài thang đo", "off the indicator"),
        ({"period": "2021-Q4"}, "period", "chưa bắt đầu", "has not begun"),
        ({"period": "tuần 3"}, "period", "chưa hợp lệ", "not accepted"),
        ({"indicator": "NO_SUCH", "period": "2021-02"}, "indicator", "Chưa có định nghĩa", "Nobody has defined"),
        ({"unit_id": "xa-binh-tu", "period": "2021-02"}, "unit_id", "không được giao", "do not answer"),
        ({"document": "1/BC", "period": "2021-02"}, "dated", "Hãy điền mục này", "Please fill this in"),
        ({"denominator": "nhiều", "period": "2021-02"}, "denominator", "Hãy ghi một con số", "number"),
    ],
)
def test_a_refusal_stands_at_its_field_in_both_languages_and_what_was_typed_stays(head, typed, field, vi, en):
    for spoken, words in (("vi", vi), ("en", en)):
        head.set_cookie("language", spoken)
        answer = send(head, "/measurements/new", "/measurements/new", **(FIGURE | {"note": "Giữ lại"} | typed))
        assert answer.status_code == 422
        wrong = re.search(rf'id="submission-{field}-error">(.*?)</p>', answer.text, re.DOTALL)
        assert words in wrong[1]
        assert "Giữ lại" in answer.text
    head.set_cookie("language", "vi")


def test_the_list_is_filtered_by_state_and_indicator(desk):
    assert "/measurements/EDOC_SHARE.xa-binh-an.2021-Q1.1" in desk.get("/measurements?stage=published").text
    assert "2021-Q1.1" not in desk.get("/measurements?stage=returned").text
    assert "Không có số liệu nào khớp" in desk.get("/measurements?indicator=LEADERS_TRAINED").text
    assert desk.get("/measurements?stage=none").status_code == 400


@pytest.mark.parametrize("role", ["inspector", "provincial_reader"])
def test_who_only_reads_is_offered_nothing(district, role):
    client = district.client(district.person(role, "huyen-thang-binh"))
    assert 'href="/measurements"' in client.get("/measurements").text
    assert forms_of(client, "/measurements/EDOC_SHARE.xa-binh-an.2021-Q1.1") == []
    assert client.get("/measurements/new").status_code == 403


def test_who_is_not_signed_in_is_asked_to_sign_in(district):
    assert district.client().get("/measurements").headers["Location"].startswith("/sign-in")
    assert "/measurements" not in district.client().get(f"/indicators/{INDICATOR}").text


def test_a_form_that_is_none_of_ours_does_nothing(head):
    assert head.post("/measurements/new", data=FIGURE | {"period": "2021-03"}).status_code == 400
    assert head.get("/measurements/NOTHING.x.2021.1").status_code == 404
    assert send(head, "/measurements/NOTHING.x.2021.1/wish", "/measurements/new").status_code == 404


@pytest.mark.parametrize(
    "path", ["/measurements", "/measurements/new", "/measurements/EDOC_SHARE.xa-binh-an.2021-Q1.1"]
)
@pytest.mark.parametrize("spoken", ["vi", "en"])
def test_a_page_holds_its_policy_and_speaks_both_languages(desk, path, spoken):
    desk.set_cookie("language", spoken)
    answer = desk.get(path)
    desk.set_cookie("language", "vi")
    assert answer.status_code == 200
    assert f'<html lang="{spoken}">' in answer.text
    assert not re.findall(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", answer.text)
