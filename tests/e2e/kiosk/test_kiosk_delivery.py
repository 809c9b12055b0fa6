"""What the tablet does when the network, the server, the browser or its own store let it down."""

import itertools
import random

import pytest
from playwright.sync_api import Page

from tests.e2e.kiosk.conftest import QUICK, OpenBrowser
from tests.e2e.kiosk.test_kiosk_answers import outbox
from tests.support.fake_survey_server import MOODS, FakeSurveyServer
from tests.support.kiosk_browser import KioskBrowser
from tests.support.servers.ports import eventually

TAP_ALL = """
async (scores) => {
    const seen = (selector) => new Promise((resolve) => {
        const look = () => {
            const found = document.querySelector(selector);
            if (found) { watcher.disconnect(); resolve(found); }
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document.body, { childList: true, subtree: true });
        look();
    });
    for (const score of scores) {
        (await seen(`main.ask [data-score='${score}']`)).click();
        await seen("main.thanks, main.why");
    }
}
"""
"""Walks people past the tablet: each touches one face and leaves; time brings the question back."""

TELL_AND_TAP = TAP_ALL.replace('"main.thanks, main.why");', '"main.thanks, main.why"); await thanked();')
"""The same, going on once the test has heard that somebody was thanked: it is never more than one person behind."""


def scores(count: int) -> list[int]:
    return [(1, 4, 5, 2, 5, 3, 4, 5)[n % 8] for n in range(count)]


def test_whoever_was_thanked_is_stored_when_the_browser_is_killed_between_touch_and_thanks(
    server: FakeSurveyServer, open_browser: OpenBrowser
) -> None:
    server.behaviour.timings = {"idle_seconds": 0.02, "warning_seconds": 0, "thanks_seconds": 0.02, "same_touch_ms": 0}
    first = open_browser()
    page = first.open(server.pairing_url)
    page.wait_for_selector(".faces")
    page.wait_for_function("navigator.serviceWorker.ready.then((ready) => ready.active?.state === 'activated')")
    first.context.set_offline(True)
    thanked: list[str] = []
    page.expose_function("thanked", lambda: thanked.append("thanked"))
    page.evaluate(f"() => {{ ({TELL_AND_TAP})({scores(200)}); }}")
    eventually(lambda: page.evaluate("true") and len(thanked) >= 80, seconds=60)
    first.kill()
    second = open_browser()
    page = second.open(f"{server.url}/kiosk/")
    page.wait_for_selector(".faces")
    server.wait_until(lambda: len(server.ledger.lines) >= len(thanked))
    eventually(lambda: all(row["state"] == 1 for row in outbox(page)))
    casts = server.ledger.envelopes("cast")
    assert len(thanked) <= len(casts) <= len(thanked) + 2
    assert len({said["ballot_id"] for said in casts}) == len(casts)
    assert [said["score"] for said in casts] == scores(200)[: len(casts)]
    assert server.ledger.is_chained()
    assert server.ledger.conflicts == []


@pytest.mark.parametrize(
    "mood",
    ["portal_page", "portal_json", "redirect", "error", "wrong_hash", "cut_short", "proxy_401", "other_401"],
)
def test_whatever_is_no_named_receipt_counts_as_not_sent(tablet: Page, server: FakeSurveyServer, mood: str) -> None:
    answers = itertools.chain([mood, mood], itertools.repeat("well"))
    seen: list[str] = []
    server.behaviour.mood = lambda: seen.append(next(answers)) or seen[-1]
    tablet.click("[data-score='4']")
    tablet.wait_for_selector("main.thanks")
    server.wait_until(lambda: seen.count("well") == 1)
    assert seen == [mood, mood, "well"]
    assert len(server.ledger.lines) == 1


def test_an_unsent_answer_stays_in_the_outbox(tablet: Page, server: FakeSurveyServer) -> None:
    server.behaviour.mood = lambda: "portal_page"
    tablet.click("[data-score='4']")
    tablet.wait_for_selector("main.thanks")
    tablet.reload()
    tablet.wait_for_selector(".faces")
    assert [row["state"] for row in outbox(tablet)] == [0]


def test_a_line_that_is_refused_is_set_aside_and_holds_up_nobody(
    server: FakeSurveyServer, browser: KioskBrowser
) -> None:
    server.behaviour.timings = QUICK
    page = browser.open(server.pairing_url)
    page.wait_for_selector(".faces")
    browser.context.set_offline(True)
    page.evaluate(TAP_ALL, [4] * 5)
    server.behaviour.refuse_line = lambda said: said["seq"] == 3
    browser.context.set_offline(False)
    server.wait_until(lambda: len(server.ledger.lines) == 4)
    eventually(lambda: [row["state"] for row in outbox(page)] == [1, 1, 2, 1, 1])


def test_acknowledged_answers_are_kept_until_they_are_backed_up(
    server: FakeSurveyServer, browser: KioskBrowser
) -> None:
    server.behaviour.timings = QUICK
    page = browser.open(server.pairing_url)
    page.evaluate(TAP_ALL, [4, 5, 4])
    server.wait_until(lambda: len(server.ledger.lines) == 3)
    server.behaviour.backed_up_through = 2
    page.evaluate(TAP_ALL, [5])
    server.wait_until(lambda: len(server.ledger.lines) == 4)
    eventually(lambda: [row["seq"] for row in outbox(page)] == [3, 4])


def test_a_restored_server_gets_again_what_it_lost(server: FakeSurveyServer, browser: KioskBrowser) -> None:
    server.behaviour.timings = QUICK
    page = browser.open(server.pairing_url)
    page.evaluate(TAP_ALL, [4, 5, 3, 2])
    server.wait_until(lambda: len(server.ledger.lines) == 4)
    before = server.ledger.envelopes()
    server.ledger.lines = {key: line for key, line in server.ledger.lines.items() if b'"seq":1,' in line}
    page.evaluate(TAP_ALL, [5])
    server.wait_until(lambda: len(server.ledger.lines) == 5)
    assert server.ledger.envelopes()[:4] == before
    assert server.ledger.is_chained()


def test_two_tabs_never_send_twice_and_share_one_sequence(server: FakeSurveyServer, browser: KioskBrowser) -> None:
    server.behaviour.timings = QUICK
    one = browser.open(server.pairing_url)
    one.wait_for_selector(".faces")
    two = browser.open(f"{server.url}/kiosk/")
    two.wait_for_selector(".faces")
    for page in (one, two):
        page.evaluate(f"() => {{ window.walk = ({TAP_ALL})({scores(15)}); }}")
    for page in (one, two):
        page.evaluate("() => window.walk")
    server.wait_until(lambda: len(server.ledger.lines) == 30)
    assert [said["seq"] for said in server.ledger.envelopes()] == list(range(1, 31))
    assert server.ledger.is_chained()
    assert server.ledger.conflicts == []
    assert server.ledger.offered == 30


def test_a_server_that_fails_in_every_way_loses_and_doubles_nothing(
    server: FakeSurveyServer, browser: KioskBrowser
) -> None:
    dice = random.Random(20210618)
    server.behaviour.timings = QUICK
    server.behaviour.mood = lambda: dice.choice(MOODS)
    page = browser.open(server.pairing_url)
    page.wait_for_selector(".faces")
    page.evaluate(TAP_ALL, scores(40))
    server.behaviour.mood = lambda: "well"
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    server.wait_until(lambda: len(server.ledger.lines) == 40, seconds=60)
    assert [said["score"] for said in server.ledger.envelopes("cast")] == scores(40)
    assert server.ledger.is_chained()
    assert server.ledger.conflicts == []


def test_a_dead_store_never_keeps_a_citizen_waiting(server: FakeSurveyServer, browser: KioskBrowser) -> None:
    server.behaviour.timings = QUICK
    page = browser.open(server.pairing_url)
    page.wait_for_selector(".faces")
    page.evaluate(
        """() => {
            window.real = IDBDatabase.prototype.transaction;
            IDBDatabase.prototype.transaction = () => { throw new DOMException("gone", "InvalidStateError"); };
            window.realOpen = IDBFactory.prototype.open;
        }"""
    )
    page.evaluate(TAP_ALL, [4, 2])
    page.wait_for_selector(".mark")
    assert page.evaluate("JSON.parse(localStorage['cchc-kiosk-ring']).length") == 2
    page.evaluate("() => { IDBDatabase.prototype.transaction = window.real; }")
    page.evaluate(TAP_ALL, [5])
    server.wait_until(lambda: len(server.ledger.lines) == 3)
    assert [said["score"] for said in server.ledger.envelopes()] == [4, 2, 5]
    assert page.evaluate("JSON.parse(localStorage['cchc-kiosk-ring']).length") == 0
