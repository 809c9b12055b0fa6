"""What an envelope becomes: a ballot, a further answer on one, or something kept in quarantine. Never a refusal."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from services.chassis.domain import Event
from services.survey.domain.abuse import RuleSet, Signs
from services.survey.domain.ballot import Card, Held, Standing, held_by, why_not_counted
from services.survey.domain.ballot_events import (
    RAW_LIMIT_BYTES,
    AnswerAwaited,
    BallotCast,
    BallotChanged,
    BallotFollowedUp,
    BallotQuarantined,
    EnvelopeQuarantined,
    Receipt,
)
from services.survey.domain.ballots import Ballots, pace_after
from services.survey.domain.capture import CaptureTime
from services.survey.domain.envelope import Envelope, Kind, Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """All that is known around an answer: when and where it was given, and by which rules it is judged."""

    captured: CaptureTime
    day: date
    counter_id: str
    one_stop_id: str
    field: str
    family: str
    cards_required: bool
    card: Card
    outside_hours: bool
    served_today: int | None
    rules: RuleSet
    reason_codes: frozenset[str] = frozenset()
    """The reasons that could be chosen where the answer was given."""


OTHER_REASON = "other"
"""What stands for a reason that no questionnaire offers: whatever a tablet wrote there is published nowhere."""


class Claims(NamedTuple):
    """Keys that an answer takes once for ever."""

    ballot: str | None
    card: str | None


def receipt_of(line: Line, received_at: datetime) -> Receipt:
    """Write down how a line came in; of one that cannot be read, no more bytes than are kept in quarantine."""
    return Receipt(
        entry_id=line.entry_id,
        seq=line.seq,
        prev=line.prev,
        sha256=line.sha256,
        received_at=received_at,
        raw=line.raw if line.envelope is not None else line.raw[:RAW_LIMIT_BYTES],
    )


def quarantine_line(
    line: Line, because: Held, received_at: datetime, *, twin_of: str | None = None
) -> tuple[Event, ...]:
    """Keep a line that is no ballot of its own."""
    return (EnvelopeQuarantined(receipt=receipt_of(line, received_at), because=because, twin_of=twin_of),)


def why_held(state: Ballots, line: Line, *, device_id: str) -> Held | None:
    """Decide whether a line can be an answer at all: `None` when it can, else why it is kept in quarantine."""
    if line.envelope is None:
        return Held.MALFORMED
    if line.envelope.device_id != device_id:
        return Held.OTHER_DEVICE
    if state.sequence.has(line.envelope.seq):
        return Held.SEQUENCE_REUSED
    return None


def answer(
    state: Ballots, envelope: Envelope, receipt: Receipt | None, around: Circumstances, *, released: int | None = None
) -> tuple[Event, ...]:
    """Turn an envelope into facts. `released` is the version of the fact that kept it in quarantine until now."""
    if not around.reason_codes.issuperset(envelope.reasons):
        envelope = replace(envelope, reasons=_folded(envelope.reasons, around.reason_codes))
    match envelope.kind:
        case Kind.CAST:
            return _cast(state, envelope, receipt, around, released=released)
        case Kind.CHANGE | Kind.FOLLOW_UP if envelope.ballot_id in state.recent or receipt is None:
            return (_further(envelope, receipt, around.day),)
        case Kind.CHANGE | Kind.FOLLOW_UP:
            return (_awaited(envelope, receipt, around.day),)


def _folded(reasons: tuple[str, ...], codes: frozenset[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code if code in codes else OTHER_REASON for code in reasons))


def _cast(
    state: Ballots, envelope: Envelope, receipt: Receipt | None, around: Circumstances, *, released: int | None
) -> tuple[Event, ...]:
    score = envelope.score or 0
    # The hold comes as a fact of its own, so that a release leads back to what the counter's policy says.
    reason = why_not_counted(Standing(cards_required=around.cards_required, card=around.card))
    cast = BallotCast(
        receipt=receipt,
        ballot_id=envelope.ballot_id,
        counter_id=around.counter_id,
        one_stop_id=around.one_stop_id,
        field=around.field,
        family=around.family,
        questionnaire=envelope.questionnaire,
        score=score,
        reasons=envelope.reasons,
        captured_at=around.captured.at,
        uncertainty_seconds=around.captured.uncertainty_seconds,
        day=around.day,
        counted=reason is None,
        not_counted_because=reason,
        released_item=released,
    )
    waiting = (_taken_up(answered) for answered in state.awaited.get(envelope.ballot_id, ()))
    holds = () if released is not None else _holds(state, cast, around)
    return (cast, *holds, *waiting)


def _holds(state: Ballots, cast: BallotCast, around: Circumstances) -> tuple[Event, ...]:
    pace = pace_after(state.pace, cast)
    signs = Signs(
        pace=pace,
        outside_hours=around.outside_hours,
        ballots_today=state.tally.get(cast.day, 0) + 1,
        served_today=around.served_today,
    )
    if (held := held_by(around.rules, signs)) is None:
        return ()
    total, reasons = held
    return (
        BallotQuarantined(
            ballot_id=cast.ballot_id,
            because=reasons[0],
            score=total,
            reasons=reasons,
            rule_set=around.rules.version,
        ),
    )


def _further(envelope: Envelope, receipt: Receipt | None, day: date) -> Event:
    if envelope.kind is Kind.CHANGE:
        return BallotChanged(receipt=receipt, ballot_id=envelope.ballot_id, score=envelope.score or 0, day=day)
    return BallotFollowedUp(receipt=receipt, ballot_id=envelope.ballot_id, reasons=envelope.reasons)


def _awaited(envelope: Envelope, receipt: Receipt, day: date) -> Event:
    return AnswerAwaited(
        receipt=receipt, ballot_id=envelope.ballot_id, score=envelope.score, reasons=envelope.reasons, day=day
    )


def _taken_up(answered: AnswerAwaited) -> Event:
    if answered.score is not None:
        return BallotChanged(receipt=None, ballot_id=answered.ballot_id, score=answered.score, day=answered.day)
    return BallotFollowedUp(receipt=None, ballot_id=answered.ballot_id, reasons=answered.reasons)
