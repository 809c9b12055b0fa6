"""Made for a citizen of seventy: nothing cut, nothing small, nothing that a checker or a keyboard trips over."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright

from tests.support.fake_survey_server import KIOSK_DIST, FakeSurveyServer
from tests.support.kiosk_browser import KioskBrowser

AXE = KIOSK_DIST.parent / "node_modules/axe-core/axe.min.js"
SIZES = [(1280, 800), (800, 1280), (768, 1024), (1024, 600)]

CUT = """() => {
    const page = document.documentElement;
    const cut = [...document.querySelectorAll("button, h1, h2, p:not(.unseen), dd, dt, label")]
        .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline")
        .map((each) => each.textContent);
    const outside = [...document.querySelectorAll("button, h1, footer p")].filter((each) => {
        const box = each.getBoundingClientRect();
        return box.left < 0 || box.top < 0 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5;
    }).map((each) => each.textContent);
    return [...cut, ...outside, ...(page.scrollHeight > innerHeight ? ["page scrolls"] : [])];
}"""
"""Everything on the screen whose text does not fit."""

SMALL = """() => {
    const controls = [...document.querySelectorAll("button")].map((each) => each.getBoundingClientRect());
    const faces = [...document.querySelectorAll(".face svg")].map((each) => each.getBoundingClientRect());
    return [
        ...controls.filter((box) => box.width < 64 || box.height < 64).map((box) => ["control", box.width, box.height]),
        ...faces.filter((box) => box.width < 112).map((box) => ["face", box.width]),
    ];
}"""


@pytest.fixture
def calm_tablet(browser: KioskBrowser, server: FakeSurveyServer) -> Page:
    """A tablet that never hurries anybody."""
    server.behaviour.timings = {"idle_seconds": 600, "thanks_seconds": 600, "same_touch_ms": 0}
    server.behaviour.good_sample_percent = 100
    page = browser.open(server.pairing_url)
    page.wait_for_selector(".faces")
    page.evaluate("() => document.fonts.ready")
    return page


def walk(page: Page, language: str, text: str = "m") -> Iterator[str]:
    """Take one person through every screen, stopping at each."""
    page.wait_for_selector("main.ask")
    if language == "en":
        page.click("[data-action='language']")
    page.click(f".size-{text}")
    yield "idle"
    page.click("[data-score='1']")
    page.wait_for_selector("main.why")
    yield "reasons, none chosen"
    for reason in page.locator(".reason").all():
        reason.click()
    yield "reasons, all chosen"
    page.click("[data-action='send']")
    page.wait_for_selector("main.thanks")
    yield "thanks"
    page.click("[data-action='change']")
    yield "change"
    page.click("[data-score='5']")
    page.wait_for_selector("main.why")
    yield "what was good"
    page.click("[data-action='skip']")
    page.click("[data-action='done']")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_is_cut_or_too_small_on_any_tablet(calm_tablet: Page, language: str) -> None:
    wrong = []
    for width, height in SIZES:
        calm_tablet.set_viewport_size({"width": width, "height": height})
        for text in "sml":
            for screen in walk(calm_tablet, language, text):
                found = calm_tablet.evaluate(CUT) + calm_tablet.evaluate(SMALL)
                wrong += [(width, text, screen, found)] if found else []
    assert wrong == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_on_any_screen(calm_tablet: Page, language: str) -> None:
    assert AXE.exists(), "axe-core is missing: run `make setup`"
    calm_tablet.evaluate(AXE.read_text(encoding="utf-8"))
    found = {screen: violations(calm_tablet) for screen in walk(calm_tablet, language)}
    assert {screen: rules for screen, rules in found.items() if rules} == {}


def test_axe_finds_nothing_on_the_screens_beside_the_question(
    playwright: Playwright, browser: KioskBrowser, server: FakeSurveyServer
) -> None:
    page = browser.open(f"{server.url}/kiosk/")
    page.wait_for_selector("#code")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(page) == []
    server.behaviour.timings = {"idle_seconds": 0.3, "warning_seconds": 60}
    page.fill("#code", "ABCD2345")
    page.press("#code", "Enter")
    page.click("[data-score='3']")
    page.wait_for_selector("[role='alertdialog']")
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """Ask axe, with its enhanced contrast (7:1) switched on."""
    options = {"rules": {"color-contrast-enhanced": {"enabled": True}}}
    found = page.evaluate(f"() => axe.run(document, {json.dumps(options)})")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]


def test_a_keyboard_alone_is_enough(calm_tablet: Page, server: FakeSurveyServer) -> None:
    def focused() -> str:
        return calm_tablet.evaluate("document.activeElement.dataset.score ?? document.activeElement.className")

    order = []
    for _ in range(9):
        calm_tablet.keyboard.press("Tab")
        order.append(focused())
    assert order == ["size-s", "size-m", "size-l", "plain", "1", "2", "3", "4", "5"]
    calm_tablet.keyboard.press("Enter")
    calm_tablet.wait_for_selector("main.why")
    assert calm_tablet.evaluate("document.activeElement.tagName") == "H1"
    server.wait_until(lambda: len(server.ledger.lines) == 1)


def test_the_chosen_card_looks_the_same_whichever_it_is(calm_tablet: Page) -> None:
    looks = calm_tablet.evaluate(
        """() => [...document.querySelectorAll(".face")].map((card) => {
            card.classList.add("chosen");
            const { borderColor, backgroundColor, boxShadow, transform } = getComputedStyle(card);
            card.classList.remove("chosen");
            return [borderColor, backgroundColor, boxShadow, transform].join();
        })"""
    )
    assert len(set(looks)) == 1


def test_both_languages_are_tagged_and_only_public_sans_is_loaded(calm_tablet: Page) -> None:
    assert calm_tablet.evaluate("document.documentElement.lang") == "vi"
    assert calm_tablet.get_attribute("[data-action='language']", "lang") == "en"
    calm_tablet.click("[data-action='language']")
    assert calm_tablet.evaluate("document.documentElement.lang") == "en"
    assert calm_tablet.get_attribute("[data-action='language']", "lang") == "vi"
    assert calm_tablet.evaluate("[...document.fonts].every((font) => font.status === 'loaded')")


def test_nothing_is_loaded_from_anywhere_else(calm_tablet: Page, server: FakeSurveyServer) -> None:
    loaded = calm_tablet.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    assert [name for name in loaded if not name.startswith(server.url)] == []
