"""A paired tablet before a fake survey service."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.support.fake_survey_server import KIOSK_DIST, FakeSurveyServer
from tests.support.kiosk_browser import KioskBrowser

OpenBrowser = Callable[[], KioskBrowser]

QUICK = {"idle_seconds": 0.2, "warning_seconds": 0.2, "thanks_seconds": 0.2, "same_touch_ms": 60}
"""Times for tests that walk many people past the tablet."""


@pytest.fixture(scope="session")
def built_kiosk() -> Path:
    """The kiosk as `npm run build` leaves it, never older than its sources."""
    kiosk = KIOSK_DIST.parent
    page = KIOSK_DIST / "index.html"
    sources = [
        kiosk / "index.html",
        *(each for each in (kiosk / "src").rglob("*") if each.is_file() and ".test." not in each.name),
    ]
    newest = max(each.stat().st_mtime for each in sources)
    if not page.exists() or page.stat().st_mtime < newest:
        pytest.fail("The kiosk is not built, or older than its sources: run `make setup`.", pytrace=False)
    return KIOSK_DIST


@pytest.fixture
def server(built_kiosk: Path) -> Iterator[FakeSurveyServer]:
    with FakeSurveyServer() as fake:
        yield fake


@pytest.fixture
def open_browser(playwright: Playwright, tmp_path: Path) -> Iterator[OpenBrowser]:
    """Opens Chromium, each time with the same profile."""
    opened: list[KioskBrowser] = []

    def open_one() -> KioskBrowser:
        opened.append(KioskBrowser(playwright, tmp_path / "profile"))
        return opened[-1]

    yield open_one
    for browser in opened:
        browser.close()


@pytest.fixture
def browser(open_browser: OpenBrowser) -> KioskBrowser:
    return open_browser()


@pytest.fixture
def tablet(browser: KioskBrowser, server: FakeSurveyServer) -> Page:
    """A tablet that has just paired and asks its question."""
    page = browser.open(server.pairing_url)
    page.wait_for_selector(".faces")
    return page
