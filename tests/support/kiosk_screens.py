"""Takes pictures of the tablet's screens: `python -m tests.support.kiosk_screens FOLDER` (every size and language),
with `--documents` only the three that the documents show."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.support.fake_survey_server import FakeSurveyServer
from tests.support.kiosk_browser import KioskBrowser

SIZES = {"wide": (1280, 800), "tall": (800, 1280), "cheap": (1024, 600)}


def walk(page: Page, folder: Path, name: str) -> None:
    """Take the idle screen, the reasons and the thanks of one person."""
    page.screenshot(path=folder / f"{name}idle.png")
    page.click("[data-score='2']")
    page.wait_for_selector("main.why")
    page.wait_for_timeout(500)
    page.click("[data-reason='waiting_time']")
    page.click("[data-reason='clarity_of_guidance']")
    page.wait_for_timeout(200)
    page.screenshot(path=folder / f"{name}reasons.png")
    page.click("[data-action='send']")
    page.wait_for_selector("main.thanks")
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"{name}thanks.png")
    page.click("[data-action='done']")
    page.wait_for_selector("main.ask")


def main(folder: Path, *, documents: bool) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, FakeSurveyServer() as server, tempfile.TemporaryDirectory() as profile:
        server.behaviour.timings = {"thanks_seconds": 30}
        browser = KioskBrowser(playwright, Path(profile) / "profile")
        page = browser.open(server.pairing_url)
        page.wait_for_selector(".faces")
        page.evaluate("() => document.fonts.ready")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if documents:
                walk(page, folder, "kiosk-")
                break
            for language in ("vi", "en"):
                for text in ("m", "l"):
                    page.wait_for_timeout(450)
                    if language == "en":
                        page.click("[data-action='language']")
                    page.click(f".size-{text}")
                    walk(page, folder, f"{size}-{language}-{text}-")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), documents="--documents" in sys.argv)
