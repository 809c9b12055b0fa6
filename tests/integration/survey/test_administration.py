"""Staff, the one-stop's software and the operator through the app."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from cchc.demonstration.tablet import BATCH, NotSent, Tablet
from services.chassis.broker.port import TopicPartition
from services.survey.domain.ballot_events import BallotAttributed, BallotCast, BallotReleased
from tests.integration.survey.conftest import Rig
from tests.support.servers.ports import eventually

CONTENT = {"questions": [], "suggested_config": {"thanks_seconds": 5}}


def put_into_force(rig: Rig) -> str:
    staff, root = rig.staff(), "/api/survey/v1/questionnaires/"
    drafted = staff.post(root, json={"code": "c", "version": 1, "family": "counter", "content": CONTENT})
    assert drafted.status_code == 201
    approved = staff.post(f"{root}c/1/approval", headers={"If-Match": drafted.headers["ETag"]})
    forced = staff.put(f"{root}c/1/force", json={"from": "2026-01-01"}, headers={"If-Match": approved.headers["ETag"]})
    assert (approved.status_code, forced.status_code) == (200, 200)
    return str(forced.json()["hash"])


def test_a_questionnaire_reaches_the_tablets_bundle(rig: Rig) -> None:
    tablet = rig.a_tablet()
    assert tablet.configuration["questionnaire"] is None
    found = put_into_force(rig)
    rig.another()

    answer = tablet.fetch_configuration()
    bundle = answer.json()

    assert bundle["questionnaire"]["hash"] == found
    assert bundle["questionnaire"]["content"] == CONTENT
    assert bundle["counter"] == {"id": "quay-1", "name": {"vi": "Quầy 1", "en": "Counter 1"}} | {
        "fields": ["dat-dai", "ho-tich"],
        "opening_hours": [],
    }
    assert bundle["timings"] == {"thanks_seconds": 5}
    assert tablet.fetch_configuration(**{"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_change_must_name_what_it_read(rig: Rig) -> None:
    staff = rig.staff()
    rig.a_counter()
    name = {"name": "Quầy A", "on": "2026-02-01"}
    path = "/api/survey/v1/counters/quay-1/name"
    assert staff.put(path, json=name).status_code == 428
    assert staff.put(path, json=name, headers={"If-Match": '"v7"'}).status_code == 412
    assert staff.put(path, json=name, headers={"If-Match": '"v0"'}).json()["name"] == "Quầy A"


def test_staff_routes_need_their_scope(rig: Rig) -> None:
    assert rig.http.get("/api/survey/v1/quarantine/").status_code == 401
    assert rig.staff("survey:read").get("/api/survey/v1/quarantine/").status_code == 403
    assert rig.staff("survey:read").get("/api/survey/v1/devices/").json() == {"items": [], "next": None}


def test_a_pairing_code_serves_one_key(rig: Rig) -> None:
    rig.a_counter()
    answer = rig.staff().post("/api/survey/v1/devices/pairing-codes", json={"counter_id": "quay-1"})
    code = answer.json()["code"]
    first = Tablet.pair("http://survey.test", code, http=rig.http)
    assert first.configuration["counter"]["id"] == "quay-1"
    with pytest.raises(Exception, match="403"):
        Tablet.pair("http://survey.test", code, http=rig.http)
    stored = rig.service.streams.store.read(0, 100)
    assert all(code.encode() not in fact.data for fact in stored)


def test_a_revoked_tablet_is_refused_and_an_unknown_one_too(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    path = f"/api/survey/v1/devices/{tablet.device_id}"
    etag = rig.staff().get(path).headers["ETag"]
    revoked = rig.staff().post(f"{path}/revocation", json={"because": "mất máy"}, headers={"If-Match": etag})
    assert revoked.status_code == 200
    assert tablet.post(BATCH, tablet.lines[1]).status_code == 403
    tablet.device_id = "dev_UNKNOWN9"
    with capture_logs() as lines:
        answer = tablet.post(BATCH, tablet.lines[1])
    assert (answer.status_code, answer.json()["code"]) == (401, "device_unknown")
    assert [line["device_id"] for line in lines if line["event"] == "device_unknown"] == ["dev_UNKNOWN9"]


def test_a_stale_nonce_is_answered_with_a_fresh_one(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    rig.clock.move(601)
    body = tablet.lines[1]
    headers = {"Content-Type": "application/x-ndjson", **tablet.sign("POST", BATCH, body)}
    answer = tablet.http.post(BATCH, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "nonce_stale")
    tablet.nonce = answer.headers["Device-Nonce"]
    assert tablet.flush()[0]["verdict"] == "created"


def test_too_much_is_refused_before_it_is_read(rig: Rig) -> None:
    tablet = rig.a_tablet()
    for _ in range(101):
        tablet.tap(4)
    with pytest.raises(NotSent, match="too_many_lines"):
        tablet.send(sorted(tablet.lines))
    assert tablet.post(BATCH, b"x" * (1024 * 1024 + 1)).status_code == 413
    assert tablet.post(BATCH, b"\n" * (2 * 1024 * 1024), packed=True).status_code == 413
    assert tablet.post(BATCH, b"{}", "application/json").status_code == 415
    assert rig.facts(tablet) == []


def test_an_empty_batch_tells_how_the_tablet_stands(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    tablet.tap(5)
    tablet.send([2])
    assert tablet.heard(tablet.post(BATCH, b"")) == []
    assert tablet.missing == [[1, 1]]


def a_day(**more: object) -> dict[str, object]:
    return {"counter_id": "quay-1", "day": "2026-03-02", **more}


def test_a_late_counter_day_attributes_ballots(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    tablet.flush()
    session = {"session_id": "s1", "field": "dat-dai", "opened_at": "2026-03-02T07:30:00+07:00"}
    answer = rig.staff().post("/api/survey/v1/counter-days", json=a_day(sessions=[session]))
    assert answer.status_code == 200
    assert isinstance(rig.facts(tablet)[-1], BallotAttributed)

    tablet.tap(5)
    tablet.flush()
    newest = rig.facts(tablet)[-1]
    assert isinstance(newest, BallotCast)
    assert newest.field == "dat-dai"


def test_served_counts_are_absolute_and_kept_by_the_hour(rig: Rig) -> None:
    rig.a_counter()
    staff = rig.staff()
    for served in (12, 12, 15):
        count = {"field": "dat-dai", "served": served, "through": "2026-03-02T10:41:07+07:00"}
        answer = staff.post("/api/survey/v1/counter-days", json=a_day(served=[count]))
    [kept] = answer.json()["served"]
    assert (kept["served"], kept["through"]) == (15, "2026-03-02T03:00:00Z")
    rows = rig.service.streams.store.read_outbox(0, 100, ["survey.counter.events.v1"])
    told = [json.loads(row.value or b"")["data"]["served"] for row in rows if b"served_counted" in (row.value or b"")]
    assert told == [12, 15]
    refused = staff.post("/api/survey/v1/counter-days", json=a_day(served=[{"field": "dat-dai"}]))
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/served/0/served", "/served/0/through"}


def test_a_card_buys_one_counted_ballot(rig: Rig) -> None:
    counter = rig.a_counter(cards=True)
    tablet = rig.a_tablet(counter)
    day = {"valid_from": "2026-03-01T00:00:00Z", "valid_to": "2026-03-09T00:00:00Z"}
    printed = rig.staff().post("/api/survey/v1/cards/", json={"counter_id": counter, "count": 2, **day}).json()
    first, second = printed["codes"]
    assert rig.staff().post("/api/survey/v1/cards/voided", json={"code": second, "because": "rách"}).is_success

    for card in (first, first, second, "ZZZZNOTACARD", None):
        tablet.tap(4, **({} if card is None else {"card": card}))
    assert {result["verdict"] for result in tablet.flush()} == {"created"}

    because = [fact.not_counted_because for fact in rig.facts(tablet) if isinstance(fact, BallotCast)]
    assert because == [None, "card_spent", "card_void", "card_unknown", "no_card"]


def test_an_envelope_is_let_out_of_quarantine_as_a_ballot_once(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    tablet.flush()
    clone = Tablet(tablet.http, tablet.device_id, tablet.key, tablet.nonce)
    clone.tap(1)
    clone.flush()
    path = f"/api/survey/v1/quarantine/envelopes/{tablet.device_id}"

    assert rig.staff().post(f"{path}/1/release").status_code == 204
    assert rig.staff().post(f"{path}/1/release").status_code == 409
    assert rig.staff().post(f"{path}/0/release").status_code == 404
    released = rig.facts(tablet)[-1]
    assert isinstance(released, BallotCast)
    assert (released.score, released.released_item) == (1, 1)
    assert clone.resend([[1, 1]])[0]["verdict"] == "already_have"


def test_staff_hold_a_ballot_and_let_it_out(rig: Rig) -> None:
    tablet = rig.a_tablet()
    ballot = tablet.tap(4)
    tablet.flush()
    path = f"/api/survey/v1/quarantine/ballots/{tablet.device_id}/{ballot}"
    assert rig.staff().put(path, json={"because": "trẻ em nghịch máy"}).status_code == 204
    assert rig.staff().post(f"{path}/release").status_code == 204
    assert isinstance(rig.facts(tablet)[-1], BallotReleased)


def test_a_tablet_lets_go_of_what_a_backup_holds(rig: Rig) -> None:
    tablet = rig.a_tablet()
    for _ in range(5):
        tablet.tap(4)
    tablet.send([1, 2, 4])
    reached = rig.service.streams.store.last_position()
    tablet.send([3, 5])
    marked = rig.staff().post("/api/survey/v1/backups/", json={"position": reached})
    assert marked.json() == {"tablets": 1}
    fresh = rig.another()
    tablet.http = fresh.http
    assert tablet.heartbeat()["backed_up_through"] == 2
    fresh.staff().post("/api/survey/v1/backups/", json={"position": reached + 2})
    tablet.http = rig.another().http
    assert tablet.heartbeat()["backed_up_through"] == 5


def reports_of(rig: Rig, tablet: Tablet) -> list[dict[str, object]]:
    rows = rig.service.streams.store.read_outbox(0, 1000, ["survey.device.events.v1"])
    told = [json.loads(row.value or b"") for row in rows]
    mine = [each["data"] for each in told if each["type"] == "cchc.survey.device_reported.v1"]
    return [each for each in mine if each["device_id"] == tablet.device_id]


def test_the_last_word_of_a_tablet_is_always_told(rig: Rig) -> None:
    tablet = rig.a_tablet()
    for _ in range(20):
        tablet.tap(4)
        tablet.flush()
    tablet.heartbeat(battery=0.5, persisted=True)
    eventually(lambda: [each for each in reports_of(rig, tablet) if each["last_seq"] == 20 and each["battery"]])
    told = reports_of(rig, tablet)
    assert (told[-1]["received"], told[-1]["missing"], told[-1]["battery"]) == (20, [], 0.5)
    assert len(reports_of(rig, tablet)) < 10


def test_snapshots_lead_to_the_same_state(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.survey.handlers.memory.SNAPSHOT_EVERY", 5)
    tablet = rig.a_tablet()
    for nth in range(12):
        ballot = tablet.tap(1 + nth % 5)
    tablet.change(ballot, 2)
    tablet.flush(most=4)
    again = rig.another()
    memory = again.service.memory
    started = memory.refresh(memory.tablet(tablet.device_id))
    assert memory.tablet(tablet.device_id).snapshot_version >= 4
    assert started.state == rig.service.memory.tablet(tablet.device_id).at.state
    assert started == memory.whole(tablet.device_id)


def test_batches_of_one_tablet_at_once_lose_and_double_nothing(rig: Rig) -> None:
    other = rig.another()
    tablet = rig.a_tablet()
    for _ in range(40):
        tablet.tap(4)
    rig.clock.move(seconds=300)

    def send(http_of: Rig, seqs: list[int]) -> None:
        twin = Tablet(http_of.http, tablet.device_id, tablet.key, tablet.nonce, lines=tablet.lines)
        twin.send(seqs)

    everything = sorted(tablet.lines)
    threads = [
        threading.Thread(target=send, args=(side, everything[start:stop]))
        for side in (rig, other)
        for start, stop in ((0, 25), (15, 40))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tablet.flush()
    casts = [fact for fact in rig.facts(tablet) if isinstance(fact, BallotCast)]
    assert sorted(cast.receipt.seq or 0 for cast in casts if cast.receipt) == everything
    assert len(rig.facts(tablet)) == 40


def test_lanes_and_times_are_what_readers_expect(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    tablet.flush()
    rows = rig.service.streams.store.read_outbox(0, 100, ["survey.ballot.events.v1"])
    assert len({TopicPartition(row.topic, row.partition) for row in rows}) == 1
    assert [row.number for row in rows] == [1]
    body = json.loads(rows[0].value or b"")
    assert (body["subject"], body["source"]) == (f"ballots-{tablet.device_id}", "/cchc/test/survey")
    assert datetime.fromisoformat(body["time"]) - datetime(2026, 3, 2, 1, tzinfo=UTC) < timedelta(hours=1)
