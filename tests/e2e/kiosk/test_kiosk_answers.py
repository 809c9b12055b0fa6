"""One person at the tablet, from the first touch to the acknowledgement."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.fake_survey_server import FakeSurveyServer
from tests.support.kiosk_browser import KioskBrowser
from tests.support.servers.ports import eventually


def outbox(page: Page) -> list[dict[str, object]]:
    """Read the tablet's own store."""
    return page.evaluate(
        """() => new Promise((resolve) => {
            const opening = indexedDB.open("cchc-kiosk");
            opening.onsuccess = () => {
                const all = opening.result.transaction("outbox").objectStore("outbox").getAll();
                all.onsuccess = () => { opening.result.close(); resolve(all.result); };
            };
        })"""
    )


def test_a_tablet_pairs_by_itself_and_keeps_its_private_key(tablet: Page, server: FakeSurveyServer) -> None:
    assert tablet.evaluate("isSecureContext && location.protocol") == "http:"
    assert tablet.evaluate("location.hash") == ""
    server.wait_until(lambda: len(server.heartbeats) >= 1)
    extractable = tablet.evaluate(
        """() => new Promise((resolve) => {
            const opening = indexedDB.open("cchc-kiosk");
            opening.onsuccess = () => {
                const got = opening.result.transaction("memory").objectStore("memory").get("identity");
                got.onsuccess = () => { opening.result.close(); resolve(got.result.keys.privateKey.extractable); };
            };
        })"""
    )
    assert extractable is False


def test_a_paired_tablet_ignores_a_second_code(tablet: Page, browser: KioskBrowser, server: FakeSurveyServer) -> None:
    server.codes.add("WXYZ9876")
    page = browser.open(f"{server.url}/kiosk/#code=WXYZ9876")
    page.wait_for_selector(".faces")
    assert len(server.keys) == 1
    assert "WXYZ9876" not in server.spent


def test_a_code_can_be_typed(browser: KioskBrowser, server: FakeSurveyServer) -> None:
    page = browser.open(f"{server.url}/kiosk/")
    page.fill("#code", "xxxx-0000")
    page.click("button[type=submit]")
    expect(page.locator(".problem")).to_contain_text("Mã không đúng")
    page.fill("#code", "abcd 2345")
    page.click("button[type=submit]")
    page.wait_for_selector(".faces")


def test_one_touch_is_stored_acknowledged_and_thanked(tablet: Page, server: FakeSurveyServer) -> None:
    tablet.click("[data-score='4']")
    expect(tablet.locator("main.thanks h1")).to_have_text("Cảm ơn Ông/Bà!")
    server.wait_until(lambda: len(server.ledger.lines) == 1)
    [said] = server.ledger.envelopes()
    assert (said["kind"], said["score"], said["seq"], said["prev"]) == ("cast", 4, 1, "0" * 64)
    assert said["questionnaire"].startswith("sha256:")
    eventually(lambda: [row["state"] for row in outbox(tablet)] == [1])


def test_the_answer_is_on_disk_before_the_thanks_are_painted(tablet: Page) -> None:
    tablet.evaluate(
        """() => {
            window.order = [];
            const { transaction } = IDBDatabase.prototype;
            IDBDatabase.prototype.transaction = function (...asked) {
                const begun = transaction.apply(this, asked);
                if (asked[0].length === 2 && begun.mode === "readwrite") {
                    window.durability = begun.durability;
                    begun.addEventListener("complete", () => window.order.push("on disk"));
                }
                return begun;
            };
            new MutationObserver(() => {
                if (document.querySelector("main.thanks, main.why")) window.order.push("painted");
            }).observe(document.body, { childList: true, subtree: true });
        }"""
    )
    tablet.click("[data-score='5']")
    tablet.wait_for_selector("main.thanks")
    assert tablet.evaluate("window.durability") == "strict"
    assert tablet.evaluate("window.order.slice(0, 2)") == ["on disk", "painted"]


def test_reasons_follow_a_low_score_and_are_a_fact_of_their_own(tablet: Page, server: FakeSurveyServer) -> None:
    tablet.click("[data-score='2']")
    expect(tablet.locator("main.why h1")).to_have_text("Điều gì cần làm tốt hơn?")
    tablet.wait_for_timeout(450)
    tablet.click("[data-reason='waiting_time']")
    tablet.click("[data-reason='attitude']")
    tablet.click("[data-action='send']")
    expect(tablet.locator("dl.summary")).to_contain_text("Chờ lâu tại quầy")
    server.wait_until(lambda: len(server.ledger.lines) == 2)
    cast, reasons = server.ledger.envelopes()
    assert reasons["kind"] == "follow_up"
    assert sorted(reasons["reasons"]) == ["attitude", "waiting_time"]
    assert reasons["ballot_id"] == cast["ballot_id"]
    assert server.ledger.is_chained()


def test_a_changed_mind_is_a_further_fact_on_the_same_ballot(tablet: Page, server: FakeSurveyServer) -> None:
    tablet.click("[data-score='4']")
    tablet.wait_for_selector("main.thanks")
    tablet.wait_for_timeout(450)
    tablet.click("[data-action='change']")
    tablet.wait_for_timeout(450)
    tablet.click("[data-score='5']")
    server.wait_until(lambda: len(server.ledger.lines) == 2)
    cast, change = server.ledger.envelopes()
    assert (change["kind"], change["score"], change["ballot_id"]) == ("change", 5, cast["ballot_id"])


def test_a_trembling_hand_touches_once(tablet: Page, server: FakeSurveyServer) -> None:
    tablet.dblclick("[data-score='3']")
    tablet.wait_for_selector("main.why")
    tablet.wait_for_timeout(100)
    server.wait_until(lambda: len(server.ledger.lines) == 1)
    assert tablet.locator("[aria-pressed='true'][data-reason]").count() == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_of_one_person_is_left_for_the_next(
    server: FakeSurveyServer, browser: KioskBrowser, language: str
) -> None:
    server.behaviour.timings = {"idle_seconds": 3, "warning_seconds": 0.2, "same_touch_ms": 0}
    page = browser.open(server.pairing_url)
    page.wait_for_selector(".faces")
    before = page.inner_html("#kiosk")
    if language == "en":
        page.click("[data-action='language']")
        page.click(".size-l")
    page.click("[data-score='1']")
    page.wait_for_selector("main.why")
    page.click("[data-reason='attitude']")
    page.wait_for_selector("main.ask")
    assert page.inner_html("#kiosk") == before
    assert page.evaluate("document.documentElement.lang + document.documentElement.dataset.text") == "vim"
    server.wait_until(lambda: len(server.ledger.lines) == 2)
    assert server.ledger.envelopes("follow_up")[0]["ended_by"] == "timed_out"


def test_any_touch_answers_the_warning(server: FakeSurveyServer, browser: KioskBrowser) -> None:
    server.behaviour.timings = {"idle_seconds": 0.5, "warning_seconds": 20}
    page = browser.open(server.pairing_url)
    page.click("[data-score='1']")
    for _ in range(2):
        page.wait_for_selector("[role='alertdialog']")
        page.mouse.click(5, 700)
        page.wait_for_selector("[role='alertdialog']", state="detached")
    page.wait_for_selector("main.why")


def test_the_hidden_corner_shows_the_machine_and_no_answer(tablet: Page, server: FakeSurveyServer) -> None:
    tablet.click("[data-score='1']")
    server.wait_until(lambda: len(server.ledger.lines) == 1)
    tablet.mouse.move(20, 20)
    tablet.mouse.down()
    tablet.wait_for_selector(".machine", timeout=8000)
    tablet.mouse.up()
    expect(tablet.locator("[data-figure='operator_sequence']")).to_have_text("1")
    assert "hài lòng" not in tablet.inner_text(".machine")
    tablet.click("[data-action='close']")
    tablet.wait_for_selector(".machine", state="detached")


def test_a_revoked_tablet_asks_for_a_code_and_keeps_what_it_has(tablet: Page, server: FakeSurveyServer) -> None:
    server.behaviour.mood = lambda: "busy"
    tablet.click("[data-score='5']")
    eventually(lambda: [row["state"] for row in outbox(tablet)] == [0])
    server.behaviour.revoked = True
    expect(tablet.locator(".problem")).to_contain_text("thu hồi", timeout=20_000)
    assert [row["state"] for row in outbox(tablet)] == [0]
