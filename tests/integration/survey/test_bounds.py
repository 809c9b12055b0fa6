"""What no tablet, no operator and no other software can mean is refused at the edge."""

import json
from typing import Any

import httpx
import pytest

from cchc.demonstration.tablet import BATCH, Tablet
from services.chassis.identity import SignedRequest, sign_device_request
from services.survey.domain.ballot_events import BallotCast
from tests.integration.survey.conftest import Rig

ROOT = "/api/survey/v1"
HEARTBEAT = {"queued": 1, "app_version": "a"}


def beat(tablet: Tablet, **told: Any) -> httpx.Response:
    body = json.dumps({**HEARTBEAT, **told}).encode()
    return tablet.post(f"{ROOT}/devices/me/heartbeat", body, "application/json")


@pytest.mark.parametrize(
    "told",
    [
        {"queued": 1e308},
        {"queued": 10_000_001},
        {"queued": 1.5},
        {"wake_lock_refusals": 10_000_001},
        {"last_seq": 2**53 + 1},
        {"oldest_unsent_seconds": 400_000_000.0},
        {"oldest_unsent_seconds": float("inf")},
        {"clock": {"mono_ms": float("nan"), "wall": "x"}},
        {"clock": {"mono_ms": 1.0, "wall": "x", "anchor": {"server": "x", "mono_ms": float("inf")}}},
    ],
    ids=str,
)
def test_a_heartbeat_that_no_tablet_can_mean_is_refused(rig: Rig, told: dict[str, Any]) -> None:
    assert beat(rig.a_tablet(), **told).status_code in {400, 422}


def test_a_heartbeat_at_its_limits_is_heard(rig: Rig) -> None:
    told = {"queued": 10_000_000, "wake_lock_refusals": 10_000_000, "last_seq": 2**53, "oldest_unsent_seconds": 3e8}
    assert beat(rig.a_tablet(), **told).status_code == 200


@pytest.mark.parametrize("coordinate", ["x", "y"])
def test_a_key_that_is_not_written_as_keys_are_is_refused(rig: Rig, coordinate: str) -> None:
    code = rig.service.devices.issue_code(rig.a_counter(), at=rig.clock.now()).code
    tablet = Tablet(rig.http)
    path = f"{ROOT}/devices/pair"
    jwk = {**tablet.public_jwk, coordinate: tablet.public_jwk[coordinate] + "=="}
    body = json.dumps({"code": code, "public_jwk": jwk}).encode()
    request = SignedRequest(method="POST", path=path, headers={}, body=body)
    headers = sign_device_request(request, private_key=tablet.key, device_id=tablet.thumbprint, nonce=code)
    answer = rig.http.post(path, content=body, headers={**headers, "Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("number", [2**31, 2**63, 99999999999999999999])
def test_a_number_that_no_item_can_have_is_not_found(rig: Rig, number: int) -> None:
    path = f"{ROOT}/quarantine/envelopes/{rig.a_tablet().device_id}/{number}"
    assert rig.staff().get(path).status_code == 404
    assert rig.staff().post(f"{path}/release").status_code == 404


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T00:00:00Z"])
def test_a_time_that_cannot_be_is_refused(rig: Rig, at: str) -> None:
    day = {"counter_id": rig.a_counter(), "day": "2026-03-02"}
    session = {"session_id": "s1", "field": "dat-dai", "opened_at": at}
    count = {"field": "dat-dai", "served": 1, "through": at}
    for told in ({"sessions": [session]}, {"roster": [session]}, {"served": [count]}):
        assert rig.staff().post(f"{ROOT}/counter-days", json={**day, **told}).status_code == 422


def test_a_backup_cannot_hold_more_than_there_is(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    tablet.flush()
    last = rig.service.streams.store.last_position()
    for position in (last + 1, 2**53):
        assert rig.staff().post(f"{ROOT}/backups/", json={"position": position}).status_code == 422
    assert rig.staff().post(f"{ROOT}/backups/", json={"position": last}).json() == {"tablets": 1}


@pytest.mark.parametrize("card", ["\x00", "ab\x00cdefghijk", "\n"], ids=repr)
def test_a_card_that_no_printer_prints_is_unknown_and_its_ballot_is_kept(rig: Rig, card: str) -> None:
    tablet = rig.a_tablet(rig.a_counter(cards=True))
    tablet.tap(4, card=card)
    assert [result["verdict"] for result in tablet.flush()] == ["created"]
    [cast] = rig.facts(tablet)
    assert isinstance(cast, BallotCast)
    assert cast.not_counted_because == "card_unknown"


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("sha256:" + "cd" * 32, "sha256:" + "cd" * 32),
        ("ong-a-noi-to-duoi", "sha256:" + "0" * 64),
        ("sha256:" + "CD" * 32, "sha256:" + "0" * 64),
    ],
)
def test_an_unknown_questionnaire_is_accepted_and_only_a_hash_is_ever_told_of_it(
    rig: Rig, named: str, told: str
) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4, questionnaire=named)
    assert [result["verdict"] for result in tablet.flush()] == ["created"]
    [cast] = rig.facts(tablet)
    assert isinstance(cast, BallotCast)
    assert (cast.questionnaire, cast.counted) == (told, True)
    assert cast.receipt is not None
    assert named.encode() in cast.receipt.raw


@pytest.mark.parametrize("member", ["entry_id", "ballot_id", "boot_id", "prev", "questionnaire"])
def test_a_name_that_ends_in_a_line_break_is_no_name_and_its_line_is_kept(rig: Rig, member: str) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    sent = json.loads(tablet.lines[1])
    tablet.lines[1] = json.dumps({**sent, member: sent[member] + "\n"}).encode()
    answer = tablet.post(BATCH, tablet.lines[1])
    assert [result["verdict"] for result in answer.json()["results"]] == ["quarantined"]


@pytest.mark.parametrize(
    "path",
    [
        "counters/?cursor=%00",
        "counters/a%00b",
        "devices/a%00b",
        "questionnaires/a%00b/1",
        "quarantine/envelopes/a%00b/1",
        "surveys/a%00b",
    ],
)
def test_an_address_with_a_nul_is_refused_before_any_table_is_asked(rig: Rig, path: str) -> None:
    answer = rig.staff().get(f"{ROOT}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
