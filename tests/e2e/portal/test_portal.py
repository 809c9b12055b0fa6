"""The portal in a real browser: live, accessible, complete without JavaScript, at every width."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.gateway import REAL_NOW
from tests.support.portal_browser import AXE

PAGES = ("/counter-results", "/fleet", "/", "/no-such-page")
WIDTHS = (360, 768, 1440)


def a_page(browser, demonstration=None, *, width=1440, javascript=True):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="vi-VN", java_script_enabled=javascript, bypass_csp=False
    )
    if demonstration is not None:
        address, secret = demonstration
        context.add_cookies([{"name": "session", "value": secret, "url": address}])
    return context.new_page()


def violations(page):
    """What axe finds; its script comes in by the browser, not by the page, so that the page's policy stays."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [(it["id"], [node["target"] for node in it["nodes"]]) for it in found["violations"]]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_overflows(browser, demonstration, path, width):
    page = a_page(browser, demonstration, width=width)
    page.goto(demonstration[0] + path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("path", ["/sign-in?next=/fleet", "/counter-results?one_stop=xa-binh-hai"])
def test_axe_finds_nothing_before_signing_in(browser, demonstration, path):
    page = a_page(browser)
    page.goto(demonstration[0] + path)
    assert violations(page) == []
    page.context.close()


def test_a_page_breaks_no_policy_of_its_own(browser, demonstration):
    page = a_page(browser, demonstration)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/counter-results", "/fleet"):
        page.goto(demonstration[0] + path)
        page.wait_for_function("window.htmx !== undefined")
    assert said == []
    page.context.close()


def test_an_open_page_moves_within_a_second_of_a_block_and_not_before(browser, empty, door):
    page = a_page(browser)
    page.goto(f"{door}/counter-results")
    page.evaluate("window.stayed = true")
    expect(page.get_by_text("Chưa đủ 5 phiếu để công bố")).to_be_visible()
    empty.others.release_block({4: 4, 2: 1})
    empty.catch_up()
    page.get_by_text("80,0\u00a0%").first.wait_for(timeout=1000)
    assert page.evaluate("window.stayed") is True
    page.context.close()


def test_what_a_reader_opened_stays_open_when_the_page_moves(browser, empty, door):
    empty.others.release_block({5: 5})
    empty.catch_up()
    page = a_page(browser)
    page.goto(f"{door}/counter-results")
    page.locator("#arithmetic summary").click()
    page.wait_for_function("window.htmx !== undefined")
    empty.others.release_block({1: 5})
    empty.catch_up()
    page.get_by_text("50,0\u00a0%").first.wait_for(timeout=3000)
    assert page.locator("#arithmetic").get_attribute("open") is not None
    page.context.close()


def test_a_tablet_appears_on_the_open_fleet_page(browser, empty, door):
    path = empty.gateway.set_up_path()
    page = a_page(browser)
    page.goto(door + path)
    for name, value in (("display_name", "An"), ("user_name", "nguyen.an")):
        page.fill(f"#{name}", value)
    for name in ("password", "password_again"):
        page.fill(f"#{name}", "một câu dài dễ nhớ 53")
    page.get_by_role("button", name="Mở tài khoản").click()
    page.get_by_role("link", name="Máy tính bảng").first.click()
    expect(page.get_by_text("Chưa có máy nào được ghép nối")).to_be_visible()
    empty.others.at = REAL_NOW
    empty.others.pair("tablet-1")
    empty.others.report("tablet-1")
    empty.catch_up()
    page.get_by_text("Đang liên lạc").first.wait_for(timeout=1000)
    page.context.close()


def test_a_filter_changes_the_answer_and_the_address_without_a_reload(browser, demonstration):
    page = a_page(browser)
    page.goto(f"{demonstration[0]}/counter-results")
    page.wait_for_function("window.htmx !== undefined")
    page.evaluate("window.stayed = true")
    page.select_option("#one_stop", "tt-ha-lam")
    page.get_by_role("button", name="Xem").click()
    page.get_by_text("Thị trấn Hà Lam ·").wait_for(timeout=3000)
    assert "one_stop=tt-ha-lam" in page.url
    assert page.evaluate("window.stayed") is True
    page.context.close()


def test_without_javascript_everything_is_there(browser, demonstration):
    page = a_page(browser, demonstration, width=360, javascript=False)
    page.goto(f"{demonstration[0]}/counter-results")
    page.select_option("#one_stop", "tt-ha-lam")
    page.get_by_role("button", name="Xem").click()
    expect(page).to_have_url(re.compile("one_stop=tt-ha-lam"))
    expect(page.get_by_text("Thị trấn Hà Lam ·")).to_be_visible()
    page.get_by_role("link", name="Máy tính bảng").click()
    expect(page.get_by_text("Thiếu phiếu").first).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Tablets at the counters")).to_be_visible()
    page.context.close()


def test_the_first_tab_leads_past_the_head_of_the_page(browser, demonstration):
    page = a_page(browser)
    page.goto(f"{demonstration[0]}/counter-results")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()
