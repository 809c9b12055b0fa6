"""What counts, what is held back, and what each envelope becomes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.survey.domain import abuse, ballots, staff
from services.survey.domain.ballot import Card, Held, NotCounted, Standing, held_by, why_not_counted
from services.survey.domain.ballot_events import (
    AnswerAwaited,
    BallotAttributed,
    BallotCast,
    BallotChanged,
    BallotFollowedUp,
    BallotQuarantined,
    BallotReleased,
)
from services.survey.domain.ballots import MOST_AWAITED, Ballots
from services.survey.domain.capture import CaptureTime
from services.survey.domain.commands import QuarantineBallot, ReleaseBallot
from services.survey.domain.envelope import Capture, Envelope, Kind, Line
from services.survey.domain.errors import UnknownQuarantineItem
from services.survey.domain.receiving import Circumstances, answer, quarantine_line, receipt_of, why_held

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
RULES = abuse.RULE_SETS["abuse-v1"]
AROUND = Circumstances(
    captured=CaptureTime(at=NOW, uncertainty_seconds=0.1),
    day=date(2026, 3, 2),
    counter_id="q",
    one_stop_id="mc",
    field="unknown",
    family="counter",
    cards_required=False,
    card=Card.NONE,
    outside_hours=False,
    served_today=None,
    rules=RULES,
)


def an_envelope(seq: int = 1, kind: Kind = Kind.CAST, **more) -> Envelope:
    told = {"score": 4, "questionnaire": "sha256:x", "ballot_id": "b1"} | more
    nothing = Capture(mono_ms=None, wall=None, anchor=None)
    return Envelope(
        entry_id=f"e{seq}", device_id="d", boot_id="boot", seq=seq, prev="p", kind=kind, capture=nothing, **told
    )


def a_line(envelope: Envelope | None, seq: int | None = 1) -> Line:
    return Line(raw=b"{}", sha256=f"h{seq}", envelope=envelope, entry_id=f"e{seq}", seq=seq, prev="p")


def receive(state: Ballots, envelope: Envelope, around: Circumstances = AROUND):
    return answer(state, envelope, receipt_of(a_line(envelope, envelope.seq), NOW), around)


def after(*facts, state: Ballots = ballots.INITIAL) -> Ballots:
    return reduce(ballots.evolve, facts, state)


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(cards_required=False, card=Card.NONE), None),
        (Standing(cards_required=False, card=Card.SPENT), None),
        (Standing(cards_required=True, card=Card.VALID), None),
        (Standing(cards_required=True, card=Card.NONE), NotCounted.NO_CARD),
        (Standing(cards_required=True, card=Card.UNKNOWN), NotCounted.CARD_UNKNOWN),
        (Standing(cards_required=True, card=Card.VOID), NotCounted.CARD_VOID),
        (Standing(cards_required=True, card=Card.OUTSIDE_WINDOW), NotCounted.CARD_OUTSIDE_WINDOW),
        (Standing(cards_required=True, card=Card.SPENT), NotCounted.CARD_SPENT),
    ],
)
def test_a_ballot_counts_unless_there_is_a_reason(standing, reason):
    assert why_not_counted(standing) is reason


def signs(**more) -> abuse.Signs:
    plain = {"pace": abuse.Pace(), "outside_hours": False, "ballots_today": 1, "served_today": None}
    return abuse.Signs(**(plain | more))


def test_no_single_sign_holds_a_ballot_back():
    assert held_by(RULES, signs(pace=abuse.Pace(fast_taps=999))) is None
    assert held_by(RULES, signs(pace=abuse.Pace(run=999))) is None
    assert held_by(RULES, signs(outside_hours=True)) is None
    assert held_by(RULES, signs(ballots_today=9, served_today=3)) is None


def test_signs_add_up_and_the_heaviest_is_named_first():
    assert held_by(RULES, signs(pace=abuse.Pace(fast_taps=9, run=30))) == (100, ("fast_taps", "run_of_one_answer"))
    found = held_by(RULES, signs(outside_hours=True, ballots_today=9, served_today=3))
    assert found == (100, ("more_ballots_than_served", "outside_hours"))


def test_pace_counts_quick_taps_and_equal_answers_in_a_row():
    pace, quick = abuse.Pace(), []
    for seconds, score in ((0, 4), (1, 4), (2, 4), (3, 5), (60, 5)):
        pace = pace.after(NOW + timedelta(seconds=seconds), score, uncertainty_seconds=0.1, fast_tap_seconds=3.0)
        quick.append(pace.fast_taps)
    assert (quick, pace.run) == ([0, 1, 2, 3, 0], 2)
    assert pace.after(NOW, 5, uncertainty_seconds=0.1, fast_tap_seconds=3.0) is pace


def test_a_tap_is_not_called_quick_where_nobody_knows_its_time_well():
    pace = abuse.Pace(last_at=NOW, fast_taps=2, last_score=4, run=1)
    assert pace.after(NOW, 4, uncertainty_seconds=600.0, fast_tap_seconds=3.0).fast_taps == 0


def test_a_tap_is_a_ballot_at_once():
    [cast] = receive(ballots.INITIAL, an_envelope())
    assert isinstance(cast, BallotCast)
    assert (cast.counted, cast.not_counted_because, cast.day) == (True, None, date(2026, 3, 2))
    assert cast.receipt is not None
    assert cast.receipt.raw == b"{}"


def test_an_unknown_questionnaire_is_accepted():
    [cast] = receive(ballots.INITIAL, an_envelope(questionnaire="sha256:never-seen"))
    assert isinstance(cast, BallotCast)


def test_where_cards_are_asked_for_a_ballot_without_one_is_kept_and_not_counted():
    [cast] = receive(ballots.INITIAL, an_envelope(), replace(AROUND, cards_required=True))
    assert (cast.counted, cast.not_counted_because) == (False, NotCounted.NO_CARD)


def test_play_is_held_back_in_the_same_breath():
    state = replace(ballots.INITIAL, pace=abuse.Pace(last_at=NOW, fast_taps=8, last_score=4, run=29))
    cast, held = receive(state, an_envelope())
    assert cast.counted
    assert held == BallotQuarantined(
        ballot_id="b1",
        because="fast_taps",
        score=100,
        reasons=("fast_taps", "run_of_one_answer"),
        rule_set="abuse-v1",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (a_line(None), Held.MALFORMED),
        (a_line(replace(an_envelope(), device_id="other")), Held.OTHER_DEVICE),
        (a_line(an_envelope(seq=1)), Held.SEQUENCE_REUSED),
        (a_line(an_envelope(seq=2), 2), None),
    ],
)
def test_a_line_is_kept_in_quarantine_when_it_can_be_no_answer(line, reason):
    state = after(*receive(ballots.INITIAL, an_envelope(ballot_id="b0")))
    assert why_held(state, line, device_id="d") is reason


def test_bytes_that_cannot_be_read_are_kept_up_to_sixteen_kilobytes():
    line = Line(raw=b"x" * 20_000, sha256="h", envelope=None, entry_id=None, seq=7, prev=None)
    [kept] = quarantine_line(line, Held.MALFORMED, NOW)
    assert len(kept.receipt.raw) == 16_384
    assert after(kept).sequence.has(7)


def test_another_tablets_envelope_fills_no_gap():
    [kept] = quarantine_line(a_line(an_envelope(seq=3), 3), Held.OTHER_DEVICE, NOW)
    assert not after(kept).sequence.has(3)


def test_a_change_and_a_follow_up_are_facts_on_their_ballot():
    state = after(*receive(ballots.INITIAL, an_envelope()))
    [changed] = receive(state, an_envelope(2, Kind.CHANGE, score=2))
    assert isinstance(changed, BallotChanged)
    assert after(changed, state=state).recent["b1"].score == 2
    [told] = receive(state, an_envelope(2, Kind.FOLLOW_UP, score=None, reasons=("attitude",)))
    assert isinstance(told, BallotFollowedUp)


def test_a_change_that_comes_first_waits_for_its_ballot():
    [waiting] = receive(ballots.INITIAL, an_envelope(2, Kind.CHANGE, score=2))
    assert isinstance(waiting, AnswerAwaited)
    cast, changed = receive(after(waiting), an_envelope())
    assert isinstance(cast, BallotCast)
    assert changed == BallotChanged(receipt=None, ballot_id="b1", score=2, day=date(2026, 3, 2))
    assert after(waiting, cast, changed).awaited == {}


def test_answers_that_wait_for_ballots_are_bounded_and_the_oldest_goes_first():
    state = ballots.INITIAL
    for seq in range(1, MOST_AWAITED + 3):
        state = after(*receive(state, an_envelope(seq, Kind.CHANGE, score=2, ballot_id=f"b{seq // 2}")), state=state)
    assert sum(map(len, state.awaited.values())) == MOST_AWAITED
    assert "b0" not in state.awaited
    assert [answer.receipt.seq for answer in state.awaited["b1"]] == [3]
    assert state.sequence.contiguous == MOST_AWAITED + 2


def test_only_the_newest_ballots_are_remembered():
    state = ballots.INITIAL
    for nth in range(1, 6):
        for fact in receive(state, an_envelope(nth, ballot_id=f"b{nth}")):
            state = ballots.evolve(state, fact, remember=3)
    assert (list(state.recent), state.forgotten) == (["b3", "b4", "b5"], 2)
    assert state.may_have_forgotten("b1")
    assert not state.may_have_forgotten("b5")
    assert state.sequence.received == 5


@given(st.lists(st.integers(0, 11), max_size=40))
@example([0, 0, 1, *[0] * 7, 1])
def test_a_day_that_is_said_to_be_remembered_has_all_its_ballots(offsets):
    state, days = ballots.INITIAL, [AROUND.day + timedelta(days=offset) for offset in offsets]
    for nth, day in enumerate(days):
        for fact in receive(state, an_envelope(nth + 1, ballot_id=f"b{nth}"), replace(AROUND, day=day)):
            state = ballots.evolve(state, fact, remember=8)
    for day in {AROUND.day + timedelta(days=offset) for offset in range(12)}:
        whole = sum(ballot.day == day for ballot in state.recent.values()) == days.count(day)
        assert whole or not state.remembers(day)
    if days and days[-1] == max(days) and days[-8:].count(days[-1]) == days.count(days[-1]):
        assert state.remembers(days[-1])


def test_a_ballot_is_held_and_released_once():
    cast = after(*receive(ballots.INITIAL, an_envelope()))
    hold = QuarantineBallot(device_id="d", ballot_id="b1", because="trẻ em nghịch máy")
    let_go = ReleaseBallot(device_id="d", ballot_id="b1", released_by="staff-1")
    assert staff.release(cast, let_go) == ()
    held = after(*staff.quarantine(cast, hold), state=cast)
    assert staff.quarantine(held, hold) == ()
    assert staff.release(held, let_go) == (BallotReleased(ballot_id="b1", released_by="staff-1"),)
    with pytest.raises(UnknownQuarantineItem):
        staff.release(ballots.INITIAL, let_go)


def test_a_late_counter_day_names_the_field_of_ballots_that_had_none():
    state = after(*receive(ballots.INITIAL, an_envelope()))
    found = staff.attribute(state, "q", date(2026, 3, 2), lambda _at: "dat-dai")
    assert found == (BallotAttributed(ballot_id="b1", field="dat-dai"),)
    assert staff.attribute(after(*found, state=state), "q", date(2026, 3, 2), lambda _at: "ho-tich") == ()
    assert staff.attribute(state, "q", date(2026, 3, 2), lambda _at: "unknown") == ()
    assert staff.attribute(state, "q", date(2026, 3, 3), lambda _at: "dat-dai") == ()
