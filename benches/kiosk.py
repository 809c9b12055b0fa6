"""The tablet: weight of its script, time from tap to thank-you on a slow machine, start with a full outbox.

The page runs in Chromium before a survey service that only keeps a ledger. The slow machine is Chromium's own: four
times less processor. A tap is timed from the click's own time stamp to the first frame after the thanks were painted.
The peer of the tap is the same page's paint without anything to store: a change of language.
"""

import gzip
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from benches.report import Goal, note, report
from tests.support.fake_survey_server import KIOSK_DIST, FakeSurveyServer
from tests.support.kiosk_browser import KioskBrowser

BENCH = "kiosk"
TAPS = 200
SLOW_DOWN = 4
QUEUED = 100_000
CALM = {"thanks_seconds": 60, "same_touch_ms": 0}
"""Thanks stay until they are closed by hand: time must not take them away while they are measured."""

TAP = """
async ([selector, until]) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const seen = (wanted) => new Promise((resolve) => {
        const look = () => {
            const found = document.querySelector(wanted);
            if (found) { watcher.disconnect(); resolve(found); }
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document, { childList: true, subtree: true, attributes: true });
        look();
    });
    const target = await seen(selector);
    await frame(); await frame();
    const began = performance.now();
    target.click();
    await seen(until);
    await frame();
    await new Promise((resolve) => setTimeout(resolve));
    return performance.now() - began;
}
"""

SENT = """
async (count) => {
    const database = await new Promise((resolve) => {
        indexedDB.open("cchc-kiosk").onsuccess = (event) => resolve(event.target.result);
    });
    const rows = database.transaction("outbox").objectStore("outbox").index("by_state");
    const states = await new Promise((resolve) => {
        rows.getAll().onsuccess = (event) => resolve(event.target.result.map((row) => row.state));
    });
    database.close();
    return states.length === count && states.every((state) => state === 1);
}
"""

FILL = """
async ([device, count]) => {
    const database = await new Promise((resolve) => {
        indexedDB.open("cchc-kiosk").onsuccess = (event) => resolve(event.target.result);
    });
    const line = "x".repeat(600);
    for (let first = 1; first <= count; first += 5000) {
        const transaction = database.transaction(["outbox", "memory"], "readwrite");
        const outbox = transaction.objectStore("outbox");
        for (let seq = first; seq < first + 5000; seq += 1) {
            const entry_id = crypto.randomUUID();
            const row = { device_id: device, seq, entry_id, line, sha256: "0".repeat(64), state: 0, written_at: 0 };
            outbox.put(row);
        }
        transaction.objectStore("memory").put({ seq: first + 4999, sha256: "0".repeat(64) }, `head:${device}`);
        await new Promise((resolve) => { transaction.oncomplete = resolve; });
    }
    database.close();
}
"""


def script_weight() -> int:
    """Give the size of all scripts, packed."""
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in KIOSK_DIST.rglob("*.js"))


def slow_down(page: Page, factor: int) -> None:
    """Take processor away from a page."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": factor})


def percentile(values: list[float], share: float) -> float:
    """Give the value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure_taps(playwright: Playwright, folder: Path) -> tuple[list[float], list[float]]:
    """Tap many times on a slow machine, turn by turn with the paint that stores nothing."""
    with FakeSurveyServer() as server:
        server.behaviour.timings = CALM
        browser = KioskBrowser(playwright, folder)
        page = browser.open(server.pairing_url)
        page.wait_for_selector(".faces")
        slow_down(page, SLOW_DOWN)
        taps, paints = [], []
        for nth in range(1, TAPS + 1):
            taps.append(page.evaluate(TAP, ["main.ask [data-score='4']", "main.thanks"]))
            page.click("[data-action='done']")
            page.wait_for_selector("main.ask")
            # People come seconds apart: what the one before them said has been sent.
            page.wait_for_function(SENT, arg=nth)
            paints.append(page.evaluate(TAP, ["[data-action='language'][lang='en']", "[lang='vi'][data-action]"]))
            page.click("[data-action='language'][lang='vi']")
            page.wait_for_selector("[data-action='language'][lang='en']")
        assert len(server.ledger.lines) == TAPS
        browser.close()
    return taps, paints


def measure_start(playwright: Playwright, folder: Path) -> list[float]:
    """Open the page with a full outbox, offline and in a fresh browser each time, in seconds until the question stands."""
    with FakeSurveyServer() as server:
        browser = KioskBrowser(playwright, folder)
        page = browser.open(server.pairing_url)
        page.wait_for_selector(".faces")
        page.wait_for_function("navigator.serviceWorker.ready.then((ready) => ready.active?.state === 'activated')")
        browser.context.set_offline(True)
        page.evaluate(FILL, [min(server.keys), QUEUED])
        browser.close()
        return [start_once(playwright, folder, f"{server.url}/kiosk/") for _ in range(5)]


def start_once(playwright: Playwright, folder: Path, url: str) -> float:
    """Give the seconds from navigation to the question, and see that a tap then is still thanked."""
    browser = KioskBrowser(playwright, folder)
    browser.context.set_offline(True)
    page = browser.open(url)
    page.wait_for_selector(".faces")
    milliseconds: float = page.evaluate("performance.now()")
    page.click("[data-score='5']")
    page.wait_for_selector("main.thanks")
    browser.close()
    return milliseconds / 1000


def main() -> None:
    """Measure and print."""
    report(BENCH, "JavaScript, gzip", script_weight(), "B", goal=Goal(at_most=25_000))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        taps, paints = measure_taps(playwright, Path(folder) / "taps")
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            report(
                BENCH,
                f"tap to thank-you, {name}, processor slowed {SLOW_DOWN}x",
                percentile(taps, share),
                "ms",
                peer="a paint that stores nothing",
                peer_value=percentile(paints, share),
                goal=Goal(at_most=100) if name == "p99" else None,
            )
        starts = measure_start(playwright, Path(folder) / "start")
        report(BENCH, f"start with {QUEUED:,} queued", statistics.median(starts), "s", goal=Goal(at_most=2))
        note(f"{BENCH}: starts {', '.join(f'{each:.2f}' for each in starts)} s")


if __name__ == "__main__":
    main()
