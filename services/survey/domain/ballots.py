"""The ballots of one tablet: what has come, and what each further envelope becomes. Nothing is refused, nothing lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice

from services.chassis.domain import Event
from services.survey.domain.abuse import RULE_SETS, Pace
from services.survey.domain.ballot import Held
from services.survey.domain.ballot_events import (
    AnswerAwaited,
    BallotAttributed,
    BallotCast,
    BallotChanged,
    BallotFollowedUp,
    BallotQuarantined,
    BallotReleased,
    EnvelopeQuarantined,
    Receipt,
)
from services.survey.domain.device_sequence import DeviceSequence

BALLOTS_REMEMBERED = 512
"""At least so many of the newest ballots stay in memory per tablet; older ones are read again when somebody asks for them."""

FORGOTTEN_SHARE = 4
"""Forgetting waits until a quarter more than `BALLOTS_REMEMBERED` have come together."""

DAYS_REMEMBERED = 8

MOST_AWAITED = 512
"""So many answers on ballots that have not come wait per tablet; the oldest then wait no longer, and stay on record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """A ballot as rules need it."""

    counter_id: str
    day: date
    captured_at: datetime
    score: int
    field: str
    held: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballots:
    """The ballots of one tablet. `forgotten` counts those that are no longer in `recent`."""

    sequence: DeviceSequence = field(default_factory=DeviceSequence)
    recent: Mapping[str, Ballot] = field(default_factory=dict)
    forgotten: int = 0
    awaited: Mapping[str, tuple[AnswerAwaited, ...]] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    tally: Mapping[date, int] = field(default_factory=dict)
    newest_at: datetime | None = None

    def may_have_forgotten(self, ballot_id: str) -> bool:
        """Say whether an unknown ballot could be one of those no longer remembered."""
        return self.forgotten > 0 and ballot_id not in self.recent

    def remembers(self, day: date) -> bool:
        """Say whether every ballot of a day is in `recent`; days leave `tally` oldest first, and never come back."""
        if not self.forgotten:
            return True
        if not self.tally or day < min(self.tally):
            return False
        return sum(ballot.day == day for ballot in self.recent.values()) == self.tally.get(day, 0)


INITIAL = Ballots()

FAST_TAP_SECONDS = RULE_SETS["abuse-v1"].fast_tap_seconds
"""Pace is state, so the limit of a quick tap is one for all rule sets; a set with another one needs a rebuild."""


def pace_after(pace: Pace, cast: BallotCast) -> Pace:
    """Count a ballot into the pace."""
    return pace.after(
        cast.captured_at,
        cast.score,
        uncertainty_seconds=cast.uncertainty_seconds,
        fast_tap_seconds=FAST_TAP_SECONDS,
    )


def evolve(state: Ballots, event: Event, *, remember: int = BALLOTS_REMEMBERED) -> Ballots:
    """Fold one fact into the state."""
    match event:
        case BallotCast():
            return _cast(state, event, remember)
        case BallotChanged():
            return _with(_received(state, event.receipt), event.ballot_id, score=event.score)
        case BallotQuarantined() | BallotReleased():
            return _with(state, event.ballot_id, held=isinstance(event, BallotQuarantined))
        case BallotAttributed():
            return _with(state, event.ballot_id, field=event.field)
        case _:
            return _kept(state, event)


def _kept(state: Ballots, event: Event) -> Ballots:
    match event:
        case BallotFollowedUp():
            return _received(state, event.receipt)
        case AnswerAwaited():
            return replace(_received(state, event.receipt), awaited=_awaited(state.awaited, event))
        case EnvelopeQuarantined() if event.because != Held.OTHER_DEVICE:
            return _received(state, event.receipt)
        case _:
            # Another tablet's numbers, kept in quarantine, say nothing about this one's sequence.
            return state


def _awaited(
    awaited: Mapping[str, tuple[AnswerAwaited, ...]], event: AnswerAwaited
) -> Mapping[str, tuple[AnswerAwaited, ...]]:
    waiting = {**awaited, event.ballot_id: (*awaited.get(event.ballot_id, ()), event)}
    if sum(map(len, waiting.values())) > MOST_AWAITED:
        oldest = next(iter(waiting))
        if not (left := waiting[oldest][1:]):
            del waiting[oldest]
        else:
            waiting[oldest] = left
    return waiting


def forget_old(state: Ballots, *, remember: int = BALLOTS_REMEMBERED) -> Ballots:
    """Let go of all but the newest ballots, many at a time: for each by itself all others would be copied once more."""
    over = len(state.recent) - remember
    if over <= remember // FORGOTTEN_SHARE:
        return state
    recent = dict(islice(state.recent.items(), over, None))
    return replace(state, recent=recent, forgotten=state.forgotten + over)


def _received(state: Ballots, receipt: Receipt | None) -> Ballots:
    return replace(state, sequence=_sequence_with(state.sequence, receipt))


def _sequence_with(sequence: DeviceSequence, receipt: Receipt | None) -> DeviceSequence:
    if receipt is None or receipt.seq is None:
        return sequence
    return sequence.add(receipt.seq, prev=receipt.prev, sha256=receipt.sha256)


def _cast(state: Ballots, event: BallotCast, remember: int) -> Ballots:
    ballot = Ballot(
        counter_id=event.counter_id,
        day=event.day,
        captured_at=event.captured_at,
        score=event.score,
        field=event.field,
    )
    recent = {**state.recent, event.ballot_id: ballot}
    tally = {**state.tally, event.day: state.tally.get(event.day, 0) + 1}
    if len(tally) > DAYS_REMEMBERED:
        del tally[min(tally)]
    awaited = state.awaited
    if event.ballot_id in awaited:
        awaited = {ballot_id: answers for ballot_id, answers in awaited.items() if ballot_id != event.ballot_id}
    # Every field is named: `replace` costs more than all else that a ballot does to the state.
    after = Ballots(
        sequence=_sequence_with(state.sequence, event.receipt),
        recent=recent,
        forgotten=state.forgotten,
        awaited=awaited,
        tally=tally,
        pace=pace_after(state.pace, event),
        newest_at=max(state.newest_at or event.captured_at, event.captured_at),
    )
    return forget_old(after, remember=remember)


def _with(state: Ballots, ballot_id: str, **changes: object) -> Ballots:
    if (ballot := state.recent.get(ballot_id)) is None:
        return state
    return replace(state, recent={**state.recent, ballot_id: replace(ballot, **changes)})  # type: ignore[arg-type]  # names are checked by replace itself
