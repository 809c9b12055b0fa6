"""Receives a tablet's batch: every line gets a verdict, nothing that was sent is lost, nothing counts twice."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.chassis.domain import ConcurrencyConflict, Event, Refusal, Unavailable
from services.chassis.event_store.port import AppendRequest, ClaimTaken, Outcome, Verdict
from services.chassis.streams import Recording, Streams, Versioned
from services.survey.domain import ballots
from services.survey.domain.ballot import Card, Held
from services.survey.domain.ballot_events import EnvelopeQuarantined
from services.survey.domain.ballots import Ballots
from services.survey.domain.capture import anchors_with, newest_mono
from services.survey.domain.device import Device
from services.survey.domain.envelope import Kind, Line
from services.survey.domain.receiving import answer, quarantine_line, receipt_of, why_held
from services.survey.handlers.around import Hearing, Surroundings, card_hash
from services.survey.handlers.kinds import ALL_BALLOTS
from services.survey.handlers.memory import BallotMemory, Tablet

IDLE_ROUNDS = 4
"""So often another writer may get there first without anything being recorded; then the tablet is asked to come back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one line."""

    entry_id: str | None
    seq: int | None
    sha256: str
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchAnswer:
    """What a tablet is told: each line's verdict, the ranges to send again, and how far a backup holds its envelopes."""

    results: tuple[Result, ...]
    missing: tuple[tuple[int, int], ...]
    backed_up_through: int


@dataclass(slots=True)
class _Work:
    """A line on its way to its verdict."""

    line: Line
    verdict: str = ""
    keep_because: Held | None = None
    card_spent: bool = False
    id_is_anothers: bool = False


@dataclass(slots=True)
class _Offer:
    """What is offered to the store for one line."""

    work: _Work
    events: Sequence[Event]
    request: AppendRequest
    after: Versioned[Ballots]


@dataclass(slots=True)
class _Round:
    offers: list[_Offer] = field(default_factory=list)
    ahead: Versioned[Ballots] = field(default_factory=lambda: Versioned(ballots.INITIAL, -1))
    is_chain: bool = False


class Receiver:
    """Receives batches. Threads share one; one tablet's batches wait for each other."""

    def __init__(self, streams: Streams, memory: BallotMemory, surroundings: Surroundings) -> None:
        """Decide with what `memory` and `surroundings` know, record through `streams`."""
        self._streams = streams
        self._memory = memory
        self._surroundings = surroundings

    def receive(self, device: Device, lines: Sequence[Line], received_at: datetime) -> BatchAnswer:
        """Give every line a verdict.

        Raises:
            Unavailable: The store cannot record now, or other writers were faster again and again. What is recorded
                already is answered `already_have` next time.
        """
        works = [_Work(line) for line in lines]
        tablet = self._memory.tablet(device.device_id)
        with tablet.lock:
            self._memory.catch_up(tablet)
            tablet.anchors = anchors_with(tablet.anchors, tuple(lines))
            hearing = Hearing(
                device=device,
                received_at=received_at,
                anchors=tablet.anchors,
                newest_mono=newest_mono(tuple(lines)),
            )
            try:
                self._settle(tablet, works, hearing)
            finally:
                # Within a batch nothing is forgotten: its last line may be about the oldest ballot in memory.
                tablet.at = Versioned(ballots.forget_old(tablet.at.state), tablet.at.version)
            self._memory.keep(tablet)
            return BatchAnswer(
                results=tuple(_result(work) for work in works),
                missing=tablet.at.state.sequence.missing(),
                backed_up_through=self._memory.backed_up_through(tablet),
            )

    def _settle(self, tablet: Tablet, works: list[_Work], hearing: Hearing) -> None:
        idle = 0
        while waiting := [work for work in works if not work.verdict]:
            offers = self._offers(tablet, waiting, hearing)
            judged = self._streams.appender.append_many([offer.request for offer in offers])
            behind = [self._judge(tablet, offer, verdict) for offer, verdict in zip(offers, judged, strict=True)]
            if any(behind):
                self._memory.refresh(tablet)
            still = sum(not work.verdict for work in works)
            idle = idle + 1 if still == len(waiting) else 0
            if idle == IDLE_ROUNDS:
                raise Unavailable("Other writers were faster; send the batch again.")

    def _offers(self, tablet: Tablet, waiting: Sequence[_Work], hearing: Hearing) -> list[_Offer]:
        """Decide on every line, each on top of the ones before it."""
        round_ = _Round(ahead=self._complete(tablet, waiting))
        # What may be a twin comes first: twins record nothing, so the versions behind them hold.
        for work in sorted(waiting, key=lambda work: not _may_be_twin(work, tablet.at.state)):
            twin = _may_be_twin(work, tablet.at.state)
            held = work.keep_because or why_held(round_.ahead.state, work.line, device_id=tablet.device_id)
            events, claims = self._decide(work, held, round_.ahead.state, hearing)
            recording = Recording(
                claims=claims,
                command_id=_command_id(work, held, device_id=tablet.device_id),
                command_hash=bytes.fromhex(work.line.sha256),
                follows=round_.is_chain,
            )
            request, after = self._streams.request(ALL_BALLOTS, tablet.device_id, round_.ahead, events, recording)
            round_.offers.append(_Offer(work, events, request, after))
            if not twin:
                round_.ahead, round_.is_chain = after, True
        return round_.offers

    def _judge(self, tablet: Tablet, offer: _Offer, verdict: Verdict | Refusal) -> bool:
        if isinstance(verdict, Verdict) and verdict.outcome is Outcome.CONFLICT and not offer.work.id_is_anothers:
            [fact] = self._streams.store.read(verdict.position - 1, 1)
            if fact.stream != offer.request.stream:
                # Whatever another tablet sent under that id says nothing about this one's envelope.
                offer.work.id_is_anothers = True
                return False
        return _judge(tablet, offer, verdict)

    def _complete(self, tablet: Tablet, waiting: Sequence[_Work]) -> Versioned[Ballots]:
        """Give the state to decide on; with all ballots in it when a line is about one that may be forgotten."""
        state = tablet.at.state
        about = (work.line.envelope for work in waiting if work.line.envelope is not None)
        if any(sent.kind is not Kind.CAST and state.may_have_forgotten(sent.ballot_id) for sent in about):
            whole = self._memory.whole(tablet.device_id)
            if whole.version == tablet.at.version:
                return whole
        return tablet.at

    def _decide(
        self, work: _Work, held: Held | None, state: Ballots, hearing: Hearing
    ) -> tuple[tuple[Event, ...], tuple[str, ...]]:
        line = work.line
        if held is not None or line.envelope is None:
            twin_of = line.entry_id if held is Held.CONFLICTING_BODY else None
            return quarantine_line(line, held or Held.MALFORMED, hearing.received_at, twin_of=twin_of), ()
        around = self._surroundings.around(line.envelope, hearing, newest_at=state.newest_at, spent=work.card_spent)
        events = answer(state, line.envelope, receipt_of(line, hearing.received_at), around)
        if line.envelope.kind is not Kind.CAST:
            return events, ()
        claims = [f"ballot:{line.envelope.ballot_id}"]
        if around.cards_required and around.card is Card.VALID:
            claims.append(f"card:{card_hash(line.envelope.card or '')}")
        return events, tuple(claims)


def _may_be_twin(work: _Work, state: Ballots) -> bool:
    envelope = work.line.envelope
    return envelope is not None and work.keep_because is None and state.sequence.has(envelope.seq)


def _command_id(work: _Work, held: Held | None, *, device_id: str) -> UUID:
    """Name a line for ever: by its own id, or by its bytes where the id is unreadable, foreign or taken.

    An id that another tablet used first is the tablet's own together with the tablet's.
    """
    named_by = work.line.sha256
    if work.line.entry_id is not None and held in {None, Held.SEQUENCE_REUSED}:
        if not work.id_is_anothers:
            return UUID(work.line.entry_id)
        named_by = UUID(work.line.entry_id).hex
    return UUID(bytes=hashlib.sha256(f"{device_id} {named_by}".encode()).digest()[:16], version=4)


def _judge(tablet: Tablet, offer: _Offer, verdict: Verdict | Refusal) -> bool:
    """Take the store's word on one line; say whether the stream holds more than is remembered."""
    work = offer.work
    match verdict:
        case Verdict(outcome=Outcome.CREATED):
            work.verdict = _created(work, offer.events)
            return _advance(tablet, offer)
        case Verdict(outcome=Outcome.ALREADY_HAVE):
            work.verdict = "conflict" if work.keep_because is Held.CONFLICTING_BODY else "already_have"
            return verdict.version > tablet.at.version
        case Verdict():
            work.keep_because = Held.CONFLICTING_BODY
            return False
        case ClaimTaken():
            _without_claim(work, str(verdict.params.get("claim", "")))
            return False
        case ConcurrencyConflict():
            return True
        case _:
            raise verdict


def _without_claim(work: _Work, claim: str) -> None:
    if claim.startswith("card:"):
        work.card_spent = True
    else:
        work.keep_because = Held.BALLOT_ID_REUSED


def _created(work: _Work, events: Sequence[Event]) -> str:
    if work.keep_because is Held.CONFLICTING_BODY:
        return "conflict"
    return "quarantined" if isinstance(events[0], EnvelopeQuarantined) else "created"


def _advance(tablet: Tablet, offer: _Offer) -> bool:
    if tablet.at.version != offer.request.expected_version:
        return True
    tablet.at = offer.after
    return False


def _result(work: _Work) -> Result:
    return Result(entry_id=work.line.entry_id, seq=work.line.seq, sha256=work.line.sha256, verdict=work.verdict)
