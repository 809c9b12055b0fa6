"""What the running product answers to input that it cannot take, through its real door."""

import json
import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from cchc.demonstration.tablet import BATCH, NotSent, Tablet
from cchc.internal_client import InternalClient
from tests.support.embedded import Instance

LIMIT = 1_000_000
DEVICES = "/api/survey/v1/devices/"


@pytest.fixture
def tablet(instance: Instance) -> Tablet:
    return instance.pair("quay-2-xa-binh-dinh-bac")


def facts_of(instance: Instance, tablet: Tablet) -> list[str]:
    store = instance.survey_store()
    try:
        return [fact.type for fact in store.load(f"ballots-{tablet.device_id}")]
    finally:
        store.close()


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"].startswith("application/problem+json")
    return answer.status_code, answer.json()["code"]


def test_a_body_over_the_limit_is_413_before_any_of_it_is_sent(instance: Instance) -> None:
    url = httpx.URL(instance.url)
    head = f"POST {BATCH} HTTP/1.1\r\nHost: {url.host}\r\nContent-Length: 200000000\r\n\r\n"
    with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_a_chunked_body_over_the_limit_is_413(instance: Instance, tablet: Tablet) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * (LIMIT // 10)

    headers = {"Content-Type": "application/x-ndjson", **tablet.sign("POST", BATCH, b"")}
    answer = httpx.post(instance.url + BATCH, content=chunks(), headers=headers, timeout=30)
    assert code_of(answer) == (413, "body_too_large")
    assert facts_of(instance, tablet) == []


def test_one_bad_envelope_among_good_ones_is_kept_and_the_others_are_taken(instance: Instance, tablet: Tablet) -> None:
    for score in (4, 5, 4):
        tablet.tap(score)
    bad = tablet.lines[2].replace(b'"score":5', b'"score":9')
    results = tablet.heard(tablet.post(BATCH, b"\n".join([tablet.lines[1], bad, b"\xff\xfe", tablet.lines[3]])))
    assert [result["verdict"] for result in results] == ["created", "quarantined", "quarantined", "created"]
    assert sum(kind == "survey.ballot_cast.v1" for kind in facts_of(instance, tablet)) == 2


def test_an_unknown_tablet_is_401_and_gets_a_nonce(instance: Instance, tablet: Tablet) -> None:
    stranger = Tablet(tablet.http, device_id="dev_NOBODY00", nonce=tablet.nonce)
    stranger.tap(4)
    answer = stranger.http.post(
        BATCH, content=stranger.lines[1], headers=stranger.sign("POST", BATCH, stranger.lines[1])
    )
    assert code_of(answer) == (401, "device_unknown")
    assert answer.headers["Device-Nonce"]


@pytest.mark.parametrize("nonce", ["", "1700000000.c3RhbGU.c3RhbGU", "x"])
def test_a_missing_or_stale_nonce_is_401_with_a_fresh_one_that_works(
    instance: Instance, tablet: Tablet, nonce: str
) -> None:
    tablet.tap(4)
    body, tablet.nonce = tablet.lines[1], nonce
    headers = tablet.sign("POST", BATCH, body)
    if not nonce:
        headers["Signature-Input"] = re.sub(r';nonce="[^"]*"', "", headers["Signature-Input"])
    answer = tablet.http.post(BATCH, content=body, headers={"Content-Type": "application/x-ndjson", **headers})
    assert answer.status_code == 401
    tablet.nonce = answer.headers["Device-Nonce"]
    assert [result["verdict"] for result in tablet.flush()] == ["created"]


def test_a_body_that_was_changed_on_its_way_is_401(instance: Instance, tablet: Tablet) -> None:
    tablet.tap(4)
    headers = tablet.sign("POST", BATCH, tablet.lines[1])
    changed = tablet.lines[1].replace(b'"score":4', b'"score":1')
    answer = tablet.http.post(BATCH, content=changed, headers={"Content-Type": "application/x-ndjson", **headers})
    assert answer.status_code == 401
    assert facts_of(instance, tablet) == []


def test_a_revoked_tablet_is_403_and_what_it_sent_before_stays(instance: Instance, tablet: Tablet) -> None:
    tablet.tap(4)
    tablet.flush()
    staff = InternalClient(instance.data)
    headers = {"Authorization": f"Bearer {staff.access_token()}"}
    device = httpx.get(f"{instance.url}{DEVICES}{tablet.device_id}", headers=headers)
    revoked = httpx.post(
        f"{instance.url}{DEVICES}{tablet.device_id}/revocation",
        json={"because": "mất máy"},
        headers={**headers, "If-Match": device.headers["etag"]},
    )
    assert revoked.is_success, revoked.text
    tablet.tap(5)
    with pytest.raises(NotSent, match="403"):
        tablet.flush()
    assert facts_of(instance, tablet) == ["survey.ballot_cast.v1"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"{", 400), (b"[]", 422), (json.dumps({"counter_id": "quay-1-tt-ha-lam", "colour": "red"}).encode(), 422)],
)
def test_what_staff_send_wrong_is_refused_with_a_stable_code(instance: Instance, body: bytes, expected: int) -> None:
    headers = {
        "Authorization": f"Bearer {InternalClient(instance.data).access_token()}",
        "Content-Type": "application/json",
    }
    answer = httpx.post(f"{instance.url}{DEVICES}pairing-codes", content=body, headers=headers)
    assert code_of(answer)[0] == expected


@pytest.mark.parametrize("path", ["/nothing", "/api/survey/v1/nothing", "/kiosk/nothing", "/metrics"])
def test_what_is_not_there_is_404_and_metrics_are_not_there(instance: Instance, path: str) -> None:
    assert httpx.get(instance.url + path).status_code == 404
