"""A day without network on a tablet whose battery is pulled at noon: every tap reaches the product, none twice."""

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from services.chassis.event_store.port import RecordedFact
from tests.e2e.kiosk.conftest import QUICK
from tests.e2e.kiosk.test_kiosk_answers import outbox
from tests.e2e.kiosk.test_kiosk_delivery import TAP_ALL, scores
from tests.support.embedded import Instance, an_instance
from tests.support.kiosk_browser import KioskBrowser
from tests.support.servers.ports import eventually

TIMINGS = ",".join(f"{name}={value}" for name, value in (QUICK | {"thanks_seconds": 0.05}).items())
WORKS_OFFLINE = "navigator.serviceWorker.ready.then((ready) => ready.active?.state === 'activated')"


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with an_instance(tmp_path_factory.mktemp("product"), {"CCHC_TABLET_TIMINGS": TIMINGS}) as started:
        yield started


def opened(browser: KioskBrowser, address: str) -> Page:
    page = browser.open(address)
    page.wait_for_selector(".faces")
    return page


def ballots(own: Instance) -> list[RecordedFact]:
    """Give what the tablets' streams hold, in the order of recording."""
    store = own.survey_store()
    facts = [fact for fact in store.read(0, 10_000) if fact.stream.startswith("ballots-")]
    store.close()
    return facts


def test_two_hundred_taps_offline_survive_a_killed_browser_and_are_two_hundred_ballots(
    own: Instance, playwright: Playwright, tmp_path: Path
) -> None:
    wanted = scores(200)
    code = own.told("devices", "code", "--counter", "quay-1-tt-ha-lam")["code"]
    with closing(KioskBrowser(playwright, tmp_path / "profile")) as first:
        page = opened(first, f"{own.url}/kiosk/#code={code}")
        page.wait_for_function(WORKS_OFFLINE)
        first.context.set_offline(True)
        page.evaluate(TAP_ALL, wanted[:100])
        first.kill()

    with closing(KioskBrowser(playwright, tmp_path / "profile")) as second:
        second.context.set_offline(True)
        page = opened(second, f"{own.url}/kiosk/")
        page.evaluate(TAP_ALL, wanted[100:])
        assert ballots(own) == []
        second.context.set_offline(False)
        eventually(lambda: len(ballots(own)) >= 200, seconds=30)
        eventually(lambda: [row["state"] for row in outbox(page)] == [1] * 200)
    facts = ballots(own)
    assert {fact.type for fact in facts} == {"survey.ballot_cast.v1"}
    casts = [json.loads(fact.data) for fact in facts]
    assert [cast["score"] for cast in casts] == wanted
    receipts = [cast["receipt"] for cast in casts]
    assert [receipt["seq"] for receipt in receipts] == list(range(1, 201))
    assert all(said["prev"] == before["sha256"] for before, said in pairwise(receipts))
    assert len({cast["ballot_id"] for cast in casts}) == 200
    own.wait_until_caught_up()
    assert own.verify() == []
