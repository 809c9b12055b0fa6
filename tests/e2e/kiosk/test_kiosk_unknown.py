"""What the tablet does when the server was restored from a backup that is older than the tablet's pairing."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.kiosk.conftest import QUICK
from tests.e2e.kiosk.test_kiosk_answers import outbox
from tests.support.fake_survey_server import FakeSurveyServer
from tests.support.kiosk_browser import KioskBrowser
from tests.support.servers.ports import eventually

NEW_CODE = "WXYZ9876"
STEP_MS = 5_000


def restore_older_backup(server: FakeSurveyServer) -> dict[str, dict[str, str]]:
    """Let the server forget every pairing; give what it knew."""
    known, server.keys = server.keys, {}
    return known


def let_it_settle(page: Page, server: FakeSurveyServer) -> None:
    """Wait until a tablet that has just paired has asked and told all that it asks and tells at first."""
    server.wait_until(lambda: len(server.heartbeats) >= 1)
    page.wait_for_timeout(400)


@pytest.fixture(autouse=True)
def in_haste(server: FakeSurveyServer) -> None:
    server.behaviour.timings = QUICK


@pytest.fixture
def unknown_tablet(tablet: Page, server: FakeSurveyServer) -> Page:
    """A tablet with one line sent and one that waits, which has heard that the server does not know it."""
    let_it_settle(tablet, server)
    tablet.click("[data-score='5']")
    eventually(lambda: [row["state"] for row in outbox(tablet)] == [1])
    tablet.wait_for_selector("main.ask .faces")
    restore_older_backup(server)
    tablet.click("[data-score='4']")
    tablet.wait_for_selector("#code")
    return tablet


def test_an_unknown_tablet_asks_for_a_code_keeps_its_lines_and_is_quiet(
    unknown_tablet: Page, server: FakeSurveyServer
) -> None:
    expect(unknown_tablet.locator(".problem")).to_contain_text("Máy chủ không biết máy này")
    assert [row["state"] for row in outbox(unknown_tablet)] == [1, 0]
    unknown_tablet.wait_for_timeout(5_000)
    assert server.refusals == ["device_unknown"]


def test_an_unknown_tablet_still_asks_after_a_restart(unknown_tablet: Page) -> None:
    unknown_tablet.reload()
    expect(unknown_tablet.locator(".problem")).to_contain_text("Máy chủ không biết máy này")
    assert [row["state"] for row in outbox(unknown_tablet)] == [1, 0]


def test_the_hidden_corner_says_that_the_server_does_not_know_the_tablet(unknown_tablet: Page) -> None:
    unknown_tablet.reload()
    unknown_tablet.wait_for_selector("#code")
    unknown_tablet.mouse.move(20, 20)
    unknown_tablet.mouse.down()
    unknown_tablet.wait_for_selector(".machine", timeout=8000)
    unknown_tablet.mouse.up()
    expect(unknown_tablet.locator("[data-figure='operator_mark']")).to_contain_text("không biết máy này")
    expect(unknown_tablet.locator("[data-figure='operator_queue']")).to_have_text("1")
    unknown_tablet.click("[data-action='close']")
    unknown_tablet.wait_for_selector(".machine", state="detached")
    unknown_tablet.wait_for_selector("#code")


@pytest.mark.parametrize("tab", ["new", "same"])
def test_an_unknown_tablet_is_paired_anew_by_an_opened_code_and_keeps_the_lines_of_before(
    unknown_tablet: Page, server: FakeSurveyServer, browser: KioskBrowser, tab: str
) -> None:
    [before] = {row["device_id"] for row in outbox(unknown_tablet)}
    server.codes.add(NEW_CODE)
    page = unknown_tablet if tab == "same" else browser.open("about:blank")
    page.goto(f"{server.url}/kiosk/#code={NEW_CODE}")
    page.wait_for_selector(".faces")
    page.click("[data-score='3']")
    server.wait_until(lambda: len(server.ledger.lines) == 2)
    [after] = server.keys
    assert after != before
    assert [said["device_id"] for said in server.ledger.envelopes("cast")].count(after) == 1
    kept = [(row["seq"], row["state"]) for row in outbox(page) if row["device_id"] == before]
    assert kept == [(1, 1), (2, 0)]


def test_a_code_opened_before_the_tablet_heard_pairs_it_as_well(
    tablet: Page, server: FakeSurveyServer, browser: KioskBrowser
) -> None:
    tablet.close()
    restore_older_backup(server)
    server.codes.add(NEW_CODE)
    page = browser.open(f"{server.url}/kiosk/#code={NEW_CODE}")
    server.wait_until(lambda: NEW_CODE in server.spent)
    page.wait_for_selector(".faces")
    assert len(server.keys) == 1


def test_a_tab_left_open_takes_over_what_another_tab_paired(
    tablet: Page, server: FakeSurveyServer, browser: KioskBrowser
) -> None:
    let_it_settle(tablet, server)
    restore_older_backup(server)
    server.codes.add(NEW_CODE)
    second = browser.open(f"{server.url}/kiosk/#code={NEW_CODE}")
    server.wait_until(lambda: NEW_CODE in server.spent)
    second.wait_for_selector(".faces")
    second.close()
    tablet.click("[data-score='2']")
    eventually(lambda: "device_unknown" in server.refusals and tablet.locator("main.ask .faces").is_visible())
    tablet.click("[data-score='5']")
    server.wait_until(lambda: len(server.ledger.lines) == 1)
    assert [said["device_id"] for said in server.ledger.envelopes()] == list(server.keys)


def let_two_minutes_pass(page: Page) -> None:
    """Let time pass in steps shorter than the tablet's patience with an answer."""
    for _ in range(120_000 // STEP_MS):
        page.clock.run_for(STEP_MS)
        page.wait_for_timeout(50)


def test_a_tablet_that_the_server_knows_again_comes_back_by_itself(
    browser: KioskBrowser, server: FakeSurveyServer
) -> None:
    page = browser.open("about:blank")
    page.clock.install()
    page.goto(server.pairing_url)
    page.wait_for_selector(".faces")
    let_it_settle(page, server)
    known = restore_older_backup(server)
    page.click("[data-score='4']")
    page.clock.run_for(1_000)
    page.wait_for_selector("#code")
    let_two_minutes_pass(page)
    expect(page.locator("#code")).to_be_visible()
    server.keys = known
    let_two_minutes_pass(page)
    page.wait_for_selector(".faces")
    server.wait_until(lambda: len(server.ledger.lines) == 1)
    page.reload()
    page.wait_for_selector(".faces")
