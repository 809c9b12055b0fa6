"""The pages of targets, tasks, plan and reports in a real browser: accessible, at every width, live, without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.test_portal import WIDTHS, a_page, violations
from tests.support.district import PLAN, a_district
from tests.support.portal_browser import a_door

SHOWN_WITHIN_MS = 5000
UNIT = "xa-binh-an"
TASK = f"{PLAN}.v1.2.{UNIT}"
PAGES = (
    "/",
    "/targets",
    "/targets/T5b",
    "/indicators/TTHC_PUBLISHED",
    f"/plans/{PLAN}",
    "/tasks",
    f"/tasks/{TASK}",
    f"/units/{UNIT}",
    "/inbox",
    "/reports",
    f"/reports/new?duty={PLAN}.v1.1b.2021-q1.{UNIT}",
    "/registers",
    "/registers/iso",
    "/measurements",
    "/measurements/new",
)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    with a_district(tmp_path_factory.mktemp("district"), with_figures=True) as made:
        yield made


@pytest.fixture(scope="module")
def address(district):
    with a_door(district.gateway.gateway) as found:
        yield found


@pytest.fixture(scope="module")
def head(district, address):
    return address, district.person("unit_head", UNIT)


@pytest.fixture(scope="module")
def desk(district, address):
    return address, district.desk()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_overflows_at_any_width(browser, head, path):
    page = a_page(browser, head)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.goto(head[0] + path).status == 200
        assert violations(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_the_desks_pages_have_nothing_that_axe_finds(browser, desk):
    page = a_page(browser, desk, width=768)
    for path in ("/", "/tasks", f"/tasks?unit={UNIT}", f"/tasks/{TASK}", "/reports"):
        page.goto(desk[0] + path)
        assert violations(page) == [], path
    page.context.close()


def test_a_form_that_comes_back_with_an_error_has_nothing_that_axe_finds(browser, head):
    page = a_page(browser, head)
    page.goto(f"{head[0]}/reports/new?duty={PLAN}.v1.1b.2021-q1.{UNIT}")
    page.get_by_label("Số, ký hiệu").fill("15/BC-UBND")
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Số, ký hiệu")).to_have_value("15/BC-UBND")
    assert violations(page) == []
    page.context.close()


def test_no_page_breaks_its_own_policy(browser, head):
    page = a_page(browser, head)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES:
        page.goto(head[0] + path)
    assert said == []
    page.context.close()


def test_a_task_is_taken_on_reported_and_accepted_without_javascript(browser, district, head, desk):
    task = f"{PLAN}.v1.1a.{UNIT}"
    unit, leading = (a_page(browser, it, width=360, javascript=False) for it in (head, desk))
    unit.goto(f"{head[0]}/tasks/{task}")
    unit.get_by_role("button", name="Tiếp nhận nhiệm vụ").click()
    expect(unit.get_by_text("Đã tiếp nhận nhiệm vụ.")).to_be_visible()
    unit.get_by_label("Kết quả đã đạt").fill("Đã xong.")
    unit.get_by_role("button", name="Gửi báo cáo hoàn thành").click()
    expect(unit.get_by_text("chờ Phòng Nội vụ nghiệm thu").first).to_be_visible()
    leading.goto(f"{desk[0]}/tasks/{task}")
    leading.get_by_role("button", name="Nghiệm thu").click()
    expect(leading.get_by_text("Hoàn thành đúng hạn").first).to_be_visible()
    for page in (unit, leading):
        page.context.close()


def test_a_figure_is_brought_approved_and_published_without_javascript(browser, district, head, desk):
    unit, leading = (a_page(browser, it, width=360, javascript=False) for it in (head, desk))
    unit.goto(f"{head[0]}/measurements/new?indicator=EDOC_SHARE&period=2021-Q1")
    unit.get_by_label("Tử số").fill("45")
    unit.get_by_label("Mẫu số").fill("50")
    unit.get_by_role("button", name="Gửi để duyệt").click()
    expect(unit.get_by_role("status")).to_be_visible()
    figure = unit.url.partition("?")[0]
    leading.goto(figure)
    for wish in ("Duyệt", "Công bố"):
        leading.get_by_role("button", name=wish, exact=True).click()
    expect(leading.get_by_text("đây là số liệu chính thức của kỳ").first).to_be_visible()
    for page in (unit, leading):
        page.context.close()
    seen = a_page(browser, desk)
    seen.goto(figure)
    assert violations(seen) == []
    seen.context.close()


def test_the_arithmetic_opens_by_keyboard_and_stays_open_while_the_board_moves(browser, district, address):
    page = a_page(browser)
    page.goto(f"{address}/targets")
    page.wait_for_function("window.htmx !== undefined")
    page.evaluate("window.stayed = true")
    page.locator("#how-T5b summary").focus()
    page.keyboard.press("Enter")
    with page.expect_response(lambda answer: answer.url.endswith("/targets"), timeout=10_000):
        district.gateway.others.release_block({5: 5})
        district.gateway.catch_up()
    assert page.locator("#how-T5b").get_attribute("open") is not None
    assert page.evaluate("window.stayed") is True
    page.context.close()


def test_an_open_board_hears_of_a_change_and_fetches_itself_anew(browser, district, address):
    page = a_page(browser)
    page.goto(f"{address}/targets")
    page.wait_for_function("window.htmx !== undefined")
    with page.expect_response(lambda answer: answer.url.endswith("/targets"), timeout=10_000) as fetched:
        district.gateway.others.release_block({4: 5})
        district.gateway.catch_up()
    assert fetched.value.request.headers["hx-request"] == "true"
    page.context.close()


def test_a_filter_of_the_board_changes_the_answer_and_the_address_without_a_reload(browser, address):
    page = a_page(browser)
    page.goto(f"{address}/targets")
    page.wait_for_function("window.htmx !== undefined")
    page.evaluate("window.stayed = true")
    page.select_option("#section", "II.5")
    page.get_by_role("button", name="Xem").click()
    page.get_by_text("Đang xem").wait_for(timeout=SHOWN_WITHIN_MS)
    assert "section=II.5" in page.url
    assert page.evaluate("window.stayed") is True
    page.context.close()


def test_a_change_that_was_being_fetched_does_not_undo_the_filter_that_a_reader_set_meanwhile(browser, address):
    page = a_page(browser)
    page.goto(f"{address}/targets")
    page.wait_for_function("window.htmx !== undefined")
    page.route(lambda url: url.endswith("/targets"), lambda _route: None)  # is never answered
    with page.expect_request(lambda asked: asked.url.endswith("/targets")):
        page.evaluate("document.getElementById('board').dispatchEvent(new CustomEvent('refresh'))")
    page.select_option("#section", "II.5")
    with page.expect_event("requestfailed", lambda asked: asked.url.endswith("/targets"), timeout=SHOWN_WITHIN_MS):
        page.get_by_role("button", name="Xem").click()
    page.get_by_text("Đang xem").wait_for(timeout=SHOWN_WITHIN_MS)
    page.context.close()


def test_the_plan_prints_without_what_is_only_for_screens(browser, address):
    page = a_page(browser)
    page.goto(f"{address}/plans/{PLAN}")
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_text("Công tác chỉ đạo điều hành").last).to_be_visible()
    page.context.close()
