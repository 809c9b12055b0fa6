"""Batches through the app: every line is answered, nothing is lost, nothing counts twice."""

import json

from cchc.demonstration.tablet import BATCH
from services.survey.domain.ballot_events import BallotCast, EnvelopeQuarantined
from tests.integration.survey.conftest import Rig


def verdicts(results: list[dict[str, object]]) -> list[object]:
    return [result["verdict"] for result in results]


def test_a_tap_becomes_a_ballot_with_the_bytes_that_were_sent(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    rig.clock.move(30)

    results = tablet.flush()

    assert verdicts(results) == ["created"]
    [cast] = rig.facts(tablet)
    assert isinstance(cast, BallotCast)
    assert cast.receipt is not None
    assert cast.receipt.raw == tablet.lines[1]
    assert (cast.score, cast.counted, cast.one_stop_id, cast.field) == (4, True, "mot-cua-a", "unknown")
    assert str(cast.day) == "2026-03-02"


def test_a_batch_sent_again_is_already_there(rig: Rig) -> None:
    tablet = rig.a_tablet()
    for score in (1, 2, 3):
        tablet.tap(score)
    rig.clock.move(90)

    assert verdicts(tablet.flush()) == ["created"] * 3
    assert verdicts(tablet.resend([[1, 3]])) == ["already_have"] * 3
    assert len(rig.facts(tablet)) == 3


def test_the_same_id_with_another_body_is_a_conflict_and_both_bodies_are_kept(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(5)
    tablet.flush()
    first = tablet.lines[1]
    tablet.lines[1] = first.replace(b'"score":5', b'"score":1')

    assert verdicts(tablet.send([1])) == ["conflict"]
    assert verdicts(tablet.send([1])) == ["conflict"]

    _cast, kept = rig.facts(tablet)
    assert isinstance(kept, EnvelopeQuarantined)
    assert (kept.because, kept.receipt.raw) == ("conflicting_body", tablet.lines[1])
    shown = rig.staff().get(f"/api/survey/v1/quarantine/envelopes/{tablet.device_id}/1").json()
    assert (shown["body"], shown["other_body"]) == (tablet.lines[1].decode(), first.decode())


def test_one_bad_line_among_good_ones_is_kept_and_the_others_are_taken(rig: Rig) -> None:
    tablet = rig.a_tablet()
    for score in (1, 2, 3):
        tablet.tap(score)
    bad = tablet.lines[2] = tablet.lines[2].replace(b'"score":2', b'"score":9')
    body = tablet.lines[1] + b"\n" + bad + b"\r\n\xff\xfe\n" + tablet.lines[3] + b"\n"

    results = tablet.heard(tablet.post(BATCH, body))

    assert verdicts(results) == ["created", "quarantined", "quarantined", "created"]
    assert [result["seq"] for result in results] == [1, 2, None, 3]
    assert tablet.missing == []
    kept = [fact.receipt.raw for fact in rig.facts(tablet) if isinstance(fact, EnvelopeQuarantined)]
    assert kept == [bad, b"\xff\xfe"]


def test_missing_ranges_are_asked_for_and_late_envelopes_fill_them(rig: Rig) -> None:
    tablet = rig.a_tablet()
    for _ in range(7):
        tablet.tap(4)

    tablet.send([7, 1])
    assert tablet.missing == [[2, 6]]
    tablet.send([4])
    assert tablet.missing == [[2, 3], [5, 6]]
    assert verdicts(tablet.resend(tablet.missing)) == ["created"] * 4
    assert tablet.missing == []


def test_two_tablets_with_one_key_lose_nothing(rig: Rig) -> None:
    tablet = rig.a_tablet()
    clone = rig.a_tablet(seed=2, counter_id="quay-1")
    clone.device_id, clone.key, clone.nonce = tablet.device_id, tablet.key, tablet.nonce
    tablet.tap(4)
    clone.tap(2)

    assert verdicts(tablet.flush()) == ["created"]
    assert verdicts(clone.flush()) == ["quarantined"]
    assert verdicts(clone.resend([[1, 1]])) == ["already_have"]
    kept = rig.facts(tablet)[1]
    assert isinstance(kept, EnvelopeQuarantined)
    assert (kept.because, kept.receipt.raw) == ("sequence_reused", clone.lines[1])


def test_no_tablet_can_take_anothers_ids_away(rig: Rig) -> None:
    tablet, thief = rig.a_tablet(), rig.a_tablet(seed=2, counter_id="quay-1")
    for score in (4, 5):
        tablet.tap(score)
        taken = json.loads(tablet.lines[max(tablet.lines)])["entry_id"]
        thief.tap(1)
        sent = json.loads(thief.lines[max(thief.lines)])
        thief.lines[max(thief.lines)] = json.dumps({**sent, "entry_id": taken}).encode()

    assert verdicts(thief.send([1, 2])) == ["created"] * 2
    assert verdicts(tablet.send([1, 2])) == ["created"] * 2
    assert verdicts(tablet.resend([[1, 2]])) == ["already_have"] * 2
    assert verdicts(thief.resend([[1, 2]])) == ["already_have"] * 2
    assert [type(fact) for fact in rig.facts(tablet)] == [BallotCast] * 2

    tablet.lines[1] = tablet.lines[1].replace(b'"score":4', b'"score":1')
    assert verdicts(tablet.send([1])) == ["conflict"]


def test_two_processes_take_turns_on_one_tablet(rig: Rig) -> None:
    other = rig.another()
    tablet = rig.a_tablet()
    for turn in range(6):
        tablet.tap(3)
        tablet.http = (rig if turn % 2 else other).http
        assert verdicts(tablet.flush()) == ["created"]
    assert verdicts(tablet.resend([[1, 6]])) == ["already_have"] * 6
    assert tablet.missing == []


def test_a_change_that_overtakes_its_ballot_takes_effect_when_the_ballot_comes(rig: Rig) -> None:
    tablet = rig.a_tablet()
    ballot = tablet.tap(2)
    tablet.change(ballot, 5)
    tablet.follow_up(ballot, ["attitude"])

    assert verdicts(tablet.send([2, 3])) == ["created"] * 2
    assert verdicts(tablet.send([1])) == ["created"]

    messages = [json.loads(row.value or b"") for row in rig.service.streams.store.read_outbox(0, 100)]
    told = [message["type"] for message in messages if "ballot" in message["type"]]
    assert told == [f"cchc.survey.{fact}.v1" for fact in ("ballot_cast", "ballot_changed", "ballot_followed_up")]


def test_clocks_at_1970_and_2050_lose_nothing(rig: Rig) -> None:
    tablet = rig.a_tablet()
    for wall in ("1970-01-01T00:00:00.000Z", "2050-01-01T00:00:00.000Z", "nonsense"):
        tablet.restart()
        tablet.clocks.wall = wall
        tablet.tap(4)

    assert verdicts(tablet.flush()) == ["created"] * 3
    days = {str(fact.day) for fact in rig.facts(tablet) if isinstance(fact, BallotCast)}
    assert days == {"2026-03-02"}


def test_a_packed_batch_is_read(rig: Rig) -> None:
    tablet = rig.a_tablet()
    tablet.tap(4)
    assert verdicts(tablet.heard(tablet.post(BATCH, tablet.lines[1] + b"\n", packed=True))) == ["created"]
