"""Reports, reminders, registers and figures on pages, with the services for real behind them."""

import csv
import io
import re

import pytest

from tests.integration.gateway.conftest import UNIT
from tests.support.district import PLAN
from tests.support.fake_services import FakeService
from tests.support.servers.ports import eventually

WRITTEN = {"number": "15/BC-UBND", "dated": "16/6/2021", "signer": "Nguyễn Văn An", "direction": "Đã họp hai lần."}


NOTICE = {
    "notice_id": "task_due_today.2021-06-18.t1",
    "kind": "task_due_today",
    "task_id": "t1",
    "duty_id": None,
    "unit_id": UNIT,
    "due_on": "2021-06-18",
    "on": "2021-06-18",
    "at": "2021-06-18T08:00:00+07:00",
    "text_vi": "Nhiệm vụ đến hạn hôm nay",
    "text_en": "The task is due today",
    "acknowledged": False,
}


def form_token(client, path):
    return re.search(r'name="form_token" value="([0-9a-f]+)"', client.get(path).text)[1]


def duty_of(period, unit_id=UNIT):
    return f"{PLAN}.v1.1b.{period}.{unit_id}"


def send_report(client, duty, **typed):
    page = f"/reports/new?duty={duty}"
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', client.get(page).text))
    return client.post("/reports/new", data=hidden | typed)


def test_the_desk_sees_who_has_not_reported(desk):
    text = desk.get("/reports").text
    assert "Báo cáo kết quả hằng quý, quý I năm 2021" in text
    assert "0 trên 34 đơn vị đã gửi" in text


def test_a_report_is_written_sent_returned_sent_again_and_approved(district, head, desk):
    sent = send_report(head, duty_of("2021-q1"), **WRITTEN)
    assert sent.status_code == 303
    page = sent.headers["Location"].partition("?")[0]
    district.catch_up()
    assert "Đã họp hai lần." in desk.get(page).text
    token = form_token(desk, page)
    assert desk.post(f"{page}/return", data={"form_token": token, "reason": "Thiếu số liệu."}).status_code == 303
    district.catch_up()
    again = send_report(head, duty_of("2021-q1"), **(WRITTEN | {"number": "16/BC-UBND"}))
    page = again.headers["Location"].partition("?")[0]
    assert desk.post(f"{page}/approval", data={"form_token": token}).status_code == 303
    district.catch_up()
    assert "Đã duyệt" in head.get(page).text
    assert "1 trên 1 đơn vị đã gửi" in head.get("/reports").text


def test_what_a_report_lacks_is_said_and_its_words_stay(head):
    answer = send_report(head, duty_of("2021-q2"), **(WRITTEN | {"dated": "hôm qua"}))
    assert answer.status_code == 422
    assert "Hãy ghi ngày như 18/6/2021." in answer.text
    assert "Đã họp hai lần." in answer.text


def test_nobody_writes_a_report_that_their_unit_does_not_owe(head):
    assert head.get(f"/reports/new?duty={duty_of('2021-q2', 'xa-binh-tu')}").status_code == 404


def test_a_reminder_is_read_and_marked_as_seen(district, head, monkeypatch):
    inbox = FakeService(said={"/api/tasks/v1/inbox": {"items": [NOTICE], "next": None}})
    monkeypatch.setitem(district.gateway.gateway.site.services, "tasks", inbox)
    text = head.get("/inbox").text
    assert "1 lời nhắc chưa xem" in text
    assert "Nhiệm vụ đến hạn hôm nay" in text
    seen = re.search(r'action="(/inbox/[^"]+/acknowledgement)"', text)[1]
    assert head.post(seen, data={"form_token": form_token(head, "/inbox"), "unit": UNIT}).status_code == 303
    assert [wish.path for wish in inbox.wishes] == ["/api/tasks/v1/inbox/task_due_today.2021-06-18.t1/acknowledgement"]


def test_a_register_is_open_and_a_unit_writes_an_entry_that_counts(district, head):
    assert "Sổ theo dõi" in district.client().get("/registers").text
    page = "/registers/iso"
    before = district.client().get(page).text
    typed = {"number": "TD-09/2021", "standard": "TCVN ISO 9001:2015", "published_on": "1/6/2021"}
    fields = re.findall(r'id="entry-([a-z_]+)"', head.get(page).text)
    sent = {"form_token": form_token(head, page), "once": "iso-entry-1"}
    sent |= {name: typed.get(name, "1/6/2021" if name.endswith("on") else typed["number"]) for name in fields}
    answer = head.post(page, data=sent)
    assert answer.status_code == 303, answer.text
    district.catch_up()
    assert "TD-09/2021" not in before
    eventually(lambda: "TD-09/2021" in district.client().get(page).text)


def test_an_entry_that_lacks_something_comes_back_as_it_was_typed(head):
    page = "/registers/iso"
    answer = head.post(page, data={"form_token": form_token(head, page), "number": "Giữ lại"})
    assert answer.status_code == 422
    assert "Giữ lại" in answer.text


def test_an_entry_ends_with_a_reason(district, head):
    page = "/registers/iso"
    closing = re.search(r'action="(/registers/iso/[^"]+/closing)"', head.get(page).text)[1]
    token = form_token(head, page)
    assert head.post(closing, data={"form_token": token}).status_code == 422
    assert head.post(closing, data={"form_token": token, "reason": "Hết hiệu lực."}).status_code == 303


def test_who_is_not_signed_in_reads_registers_and_writes_none(district):
    client = district.client()
    assert "Ghi vào sổ" not in client.get("/registers/iso").text
    assert client.post("/registers/iso", data={"number": "x"}).headers["Location"].startswith("/sign-in")


def test_the_figures_are_open_as_csv_and_fetched_once(district):
    client = district.client()
    answer = client.get("/figures.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert len(rows) == 26
    assert {row["chi_tieu"] for row in rows} >= {"T5d", "T7"}
    again = client.get("/figures.csv", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/figures.csv?as_of=2021-03-31").status_code == 200
    assert client.get("/figures.csv?as_of=yesterday").status_code == 400


def test_one_indicator_is_open_as_csv_by_month_and_unit(district):
    answer = district.client().get("/figures.csv?indicator=TTHC_PUBLISHED")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["theo"] for row in rows} == {"month", "unit"}
    assert district.client().get("/figures.csv?indicator=NO_SUCH").status_code == 404


def test_a_target_page_tells_figure_arithmetic_units_and_the_work_that_serves_it(district):
    text = district.client().get("/targets/T5b").text
    assert "so với mục tiêu 100\u00a0%" in text
    assert "Việc của kế hoạch phục vụ chỉ tiêu này" in text
    assert "Theo đơn vị" in text
    assert "Chỉ tiêu đã thay đổi thế nào" in text
    assert 'href="/figures.csv?indicator=TTHC_PUBLISHED"' in text


def test_an_indicator_page_tells_its_definition_and_versions(district):
    text = district.client().get("/indicators/TASKS_ON_TIME?as_of=18/6/2021&borders=now").text
    assert "Các phiên bản định nghĩa" in text
    assert "theo địa giới hiện nay" in text
    assert text.count("tử số ÷ mẫu số") == 2
    assert "numerator" not in text


@pytest.mark.parametrize("path", ["/targets/T99", "/indicators/NONE", "/registers/none"])
def test_what_nobody_defined_is_a_404_page(district, path):
    assert district.client().get(path).status_code == 404


PAGES = (
    "/",
    "/targets",
    "/targets/T5b",
    "/indicators/TASKS_ON_TIME",
    "/tasks",
    f"/plans/{PLAN}",
    "/registers/iso",
    "/reports",
    f"/tasks/{PLAN}.v1.2.{UNIT}",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("spoken", ["vi", "en"])
def test_a_page_holds_its_policy_and_speaks_both_languages(district, desk, path, spoken):
    desk.set_cookie("language", spoken)
    answer = desk.get(path)
    desk.set_cookie("language", "vi")
    assert answer.status_code == 200
    assert f'<html lang="{spoken}">' in answer.text
    assert not re.findall(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", answer.text)
