"""Tasks on pages: what a unit and the desk see, and every form, with the tasks service for real behind them."""

import io
import re

import pytest

from tests.integration.gateway.conftest import UNIT
from tests.support.district import PLAN, a_district
from tests.support.fake_services import FakeService

TASK = f"{PLAN}.v1.2.{UNIT}"
LATER = f"{PLAN}.v1.1a.{UNIT}"


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    with a_district(tmp_path_factory.mktemp("district")) as made:
        yield made


@pytest.fixture(scope="module")
def clerk(district):
    return district.client(district.person("unit_clerk", UNIT))


def send(client, task_id, wish, **typed):
    """Send a form of a task's page, as a browser does."""
    page = client.get(f"/tasks/{task_id}").text
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', page)[1]
    return client.post(f"/tasks/{task_id}/{wish}", data={"form_token": token, **typed})


def a_task(district, unit_id=UNIT):
    """Give the desk's own task to a unit, taken on by its head, for one test alone."""
    site = district.gateway.gateway.site
    token = site.tokens.token_for(site.sessions.find(district.desk()))
    body = {"title": "Rà soát thủ tục", "unit_id": unit_id, "due_on": "2021-07-30"}
    made = site.services["tasks"].ask("POST", "/api/tasks/v1/tasks", token=token, json=body)
    assert made.status == 201, made.body
    return made.body["task_id"]


def test_tasks_are_for_those_who_are_signed_in(district):
    assert district.client().get("/tasks").headers["Location"] == "/sign-in?next=/tasks"
    assert district.client().get(f"/tasks/{TASK}").status_code == 302


def test_a_unit_sees_its_own_tasks_what_is_overdue_first(district, head):
    text = head.get("/tasks").text
    assert "Nhiệm vụ của Xã Bình An" in text
    assert text.index('id="group-overdue"') < text.index('id="group-later"')
    assert "Quá hạn 121 ngày" in text
    assert "ngày làm việc kế tiếp: 17/2/2021" in text


def test_the_desk_sees_what_is_late_where(desk):
    text = desk.get("/tasks").text
    assert "34 nhiệm vụ quá hạn" in text
    assert "Theo đơn vị" in text
    assert f'href="/tasks?unit={UNIT}"' in text


def test_a_page_of_a_unit_narrows_to_what_is_asked_for(desk):
    assert "Quá hạn 121 ngày" not in desk.get(f"/tasks?unit={UNIT}&show=completed").text
    assert desk.get(f"/tasks?unit={UNIT}&show=nothing").status_code == 400


def test_a_task_goes_its_way_by_forms_alone(district, head, clerk, desk):
    task = a_task(district)
    assert send(head, task, "acceptance").headers["Location"].endswith("?done=acceptance")
    assert "Đã tiếp nhận nhiệm vụ." in head.get(f"/tasks/{task}?done=acceptance").text
    assert send(clerk, task, "progress", percent="60", note="Đang rà soát.").status_code == 303
    document = {"title": "Báo cáo rà soát", "number": "12/BC-UBND", "dated": "5/4/2021"}
    assert send(clerk, task, "evidence", **document).status_code == 303
    assert send(clerk, task, "completion", note="Đã xong.").status_code == 303
    assert "Chờ Phòng Nội vụ nghiệm thu." in clerk.get(f"/tasks/{task}").text
    assert send(desk, task, "completion-return", reason="Thiếu phụ lục.").status_code == 303
    assert "Thiếu phụ lục." in clerk.get(f"/tasks/{task}").text
    assert send(clerk, task, "completion").status_code == 303
    assert send(desk, task, "completion-acceptance").status_code == 303
    text = desk.get(f"/tasks/{task}").text
    assert "Hoàn thành đúng hạn" in text
    assert "12/BC-UBND, 5/4/2021" in text


def test_what_was_accepted_by_mistake_is_reopened_from_the_same_page(district, head, desk):
    task = a_task(district)
    send(head, task, "acceptance")
    send(head, task, "completion")
    send(desk, task, "completion-acceptance")
    assert "Mở lại nhiệm vụ" in desk.get(f"/tasks/{task}").text
    assert send(desk, task, "reopening", reason="Nghiệm thu nhầm.").status_code == 303
    assert "Mở lại" in desk.get(f"/tasks/{task}").text


def test_a_file_is_uploaded_named_hashed_and_given_back(district, head):
    task = a_task(district)
    send(head, task, "acceptance")
    content = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    sent = send(head, task, "files", file=(io.BytesIO(content), "bien-ban.pdf"), title="Biên bản")
    assert sent.status_code == 303
    address = re.search(rf"/tasks/{re.escape(task)}/files/[^\"]+", head.get(f"/tasks/{task}").text)[0]
    answer = head.get(address)
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_an_extension_is_asked_for_and_decided_and_the_first_deadline_stays(district, head, desk):
    task = a_task(district)
    send(head, task, "acceptance")
    assert send(head, task, "extensions", new_due_on="31/8/2021", reason="Chờ hướng dẫn.").status_code == 303
    assert "Đề nghị gia hạn từ 30/7/2021 đến 31/8/2021:" in desk.get(f"/tasks/{task}").text
    decided = send(desk, task, "extension-decisions", n="1", decision="approve_in_part", due_on="16/8/2021")
    assert decided.status_code == 303
    text = head.get(f"/tasks/{task}").text
    assert "thời hạn ban đầu: 30/7/2021" in text
    assert "Đồng ý một phần, hạn mới: 16/8/2021" in text


def test_a_task_is_split_and_its_parts_are_on_its_page(district, head):
    task = a_task(district)
    send(head, task, "acceptance")
    parts = {"part_unit_1": "xa-binh-tu", "part_title_1": "Phần một", "roll_up": "all_parts"}
    assert send(head, task, "split", **parts).status_code == 303
    text = head.get(f"/tasks/{task}").text
    assert "Phần một" in text
    assert "Nhiệm vụ tự hoàn thành khi mọi phần việc hoàn thành." in text


@pytest.mark.parametrize(
    ("wish", "typed", "said"),
    [
        ("extensions", {"new_due_on": "32/8/2021", "reason": "Chờ."}, "Hãy ghi ngày như 18/6/2021."),
        ("extensions", {"new_due_on": "31/8/2021", "reason": ""}, "Hãy điền mục này."),
        ("extensions", {"new_due_on": "1/7/2021", "reason": "Chờ."}, "Thời hạn mới phải sau thời hạn hiện tại"),
        ("progress", {"percent": "nhiều", "note": "Giữ lại"}, "Hãy ghi một con số."),
        ("progress", {"percent": "101", "note": "Giữ lại"}, "Nội dung chưa hợp lệ, xin xem lại."),
        ("split", {"part_unit_1": "xa-binh-tu", "roll_up": "all_parts"}, "Mỗi phần việc cần cả đơn vị và nội dung."),
        ("files", {"title": "Không có tệp"}, "Hãy chọn một tệp."),
    ],
)
def test_what_is_wrong_is_said_in_words_and_what_was_typed_stays(district, head, wish, typed, said):
    task = a_task(district)
    send(head, task, "acceptance")
    answer = send(head, task, wish, **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert all(value in answer.text for value in typed.values() if value and wish != "split")
    assert 'role="alert"' in answer.text


def test_who_reported_cannot_accept_and_reads_why(district, head):
    task = a_task(district, "phong-noi-vu")
    site = district.gateway.gateway.site
    boss = district.client(district.person("unit_head", "phong-noi-vu"))
    send(boss, task, "acceptance")
    send(boss, task, "completion")
    account = site.sessions.find(district.person("unit_head", "phong-noi-vu")).account
    assert "tasks:lead" not in account.scopes
    assert 'id="wish-completion-acceptance"' not in boss.get(f"/tasks/{task}").text


def test_nobody_acts_for_a_unit_that_is_not_theirs(district, head):
    task = a_task(district, "xa-binh-tu")
    answer = send(head, task, "acceptance")
    assert answer.status_code == 422
    assert 'id="wish-acceptance"' not in answer.text


def test_a_form_from_elsewhere_changes_nothing_and_keeps_what_was_typed(district, head):
    task = a_task(district)
    answer = head.post(f"/tasks/{task}/refusal", data={"form_token": "0" * 64, "reason": "Không phải của xã"})
    assert answer.status_code == 400
    assert "Biểu mẫu đã hết hạn" in answer.text
    assert "Không phải của xã" in answer.text


def test_the_same_form_sent_twice_is_done_once(district, head):
    task = a_task(district)
    send(head, task, "acceptance")
    document = {"title": "Một lần", "number": "1/BC", "dated": "5/4/2021", "once": "once-and-only-once"}
    assert [send(head, task, "evidence", **document).status_code for _ in range(2)] == [303, 303]
    assert head.get(f"/tasks/{task}").text.count("1/BC") == 1


@pytest.mark.parametrize("once", ["ế" * 8, "abcd\nefgh"])
def test_a_form_with_a_mark_that_no_page_of_ours_writes_is_refused(district, head, once):
    assert send(head, a_task(district), "acceptance", once=once).status_code == 400


@pytest.mark.parametrize("path", ["/tasks/no-such-task", "/plans/no-such-plan", "/units/no-such-unit", "/reports/none"])
def test_what_is_not_there_is_a_404_page(head, path):
    assert head.get(path).status_code == 404


def test_a_task_takes_no_form_that_it_does_not_know(head):
    assert head.post(f"/tasks/{TASK}/praise").status_code == 404


def test_the_plan_is_open_paragraph_by_paragraph(district):
    client = district.client()
    text = client.get(client.get("/plans").headers["Location"]).text
    assert "Số 53/KH-UBND ngày 14/1/2021" in text
    assert text.count('id="duty-') == 65
    assert "65 việc của kế hoạch thành" in text
    assert re.search(r"13/2/2021.{0,80}ngày làm việc kế tiếp: 17/2/2021", text, re.DOTALL)


def test_home_tells_a_unit_what_it_must_do_next_and_the_desk_what_is_late(district, head, desk):
    assert "Việc của Xã Bình An" in head.get("/").text
    assert "nhiệm vụ cần làm ngay" in head.get("/").text
    assert "Trễ ở đâu" in desk.get("/").text
    assert district.client().get("/").headers["Location"] == "/targets"


def test_home_finds_what_presses_however_much_was_done_before(district, head, monkeypatch):
    told = {"unit_id": UNIT, "paragraph": None, "progress": None, "extension_pending": False, "timeliness": None}
    told |= {"due_on": "2021-06-01", "due_on_rolled": "2021-06-01", "first_due_on": "2021-06-01"}
    done = [
        told | {"task_id": f"d{nth}", "title": "Xong", "state": "completed", "days_left": None} for nth in range(99)
    ]
    late = told | {"task_id": "late", "title": "Còn nợ", "state": "accepted", "days_left": -17}
    pages = {"": {"items": done, "next": "2"}, "2": {"items": [late], "next": None}}
    nothing = {"items": [], "next": None}
    said = {"tasks": lambda query: pages[query.get("cursor", "")], "report-duties": nothing, "inbox": nothing}
    tasks = FakeService(said={f"/api/tasks/v1/{name}": it for name, it in said.items()})
    monkeypatch.setitem(district.gateway.gateway.site.services, "tasks", tasks)
    assert "Còn nợ" in head.get("/").text


def test_each_role_is_led_to_its_own_pages(district, head, desk):
    chairman = district.client(district.person("chairman", "huyen-thang-binh"))
    assert 'href="/people"' in desk.get("/").text
    assert 'href="/people"' not in head.get("/").text
    assert 'href="/fleet"' not in chairman.get("/").text
    assert 'href="/tasks"' not in district.client().get("/targets").text


def test_a_unit_page_is_open_and_says_more_to_those_who_work_with_it(district, head):
    assert "Xã Bình An" in district.client().get(f"/units/{UNIT}").text
    assert "nhiệm vụ quá hạn" not in district.client().get(f"/units/{UNIT}").text
    assert "nhiệm vụ quá hạn" in head.get(f"/units/{UNIT}").text
