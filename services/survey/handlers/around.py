"""Gathers what is known around an answer: when, where, in which field, with which card."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.chassis.clock import CIVIL_ZONE, Clock
from services.chassis.streams import Streams
from services.survey.domain.abuse import RuleSet
from services.survey.domain.ballot import Card
from services.survey.domain.capture import Bounds, estimate
from services.survey.domain.card_batch import BATCH_ID_LENGTH
from services.survey.domain.counter_day import UNKNOWN_FIELD
from services.survey.domain.device import Device
from services.survey.domain.envelope import Anchor, Envelope
from services.survey.domain.questionnaire import reason_codes
from services.survey.domain.receiving import Circumstances
from services.survey.handlers.administration import questionnaire_name
from services.survey.handlers.kinds import CARDS, COUNTER, COUNTER_DAY, QUESTIONNAIRE, SCHEDULE

FAMILY = "counter"
"""The family of every answer given on a counter's tablet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hearing:
    """One batch as it came in: who sent it and when, with the anchors and running clocks of its boots."""

    device: Device
    received_at: datetime
    anchors: Mapping[str, Anchor]
    newest_mono: Mapping[str, float]


class Surroundings:
    """Looks things up for answers. All of it comes from memory that is at most two seconds old."""

    def __init__(self, streams: Streams, clock: Clock, rules: RuleSet) -> None:
        """Look up in `streams`; judge by `rules`."""
        self._streams = streams
        self._clock = clock
        self._rules = rules

    def around(
        self, envelope: Envelope, hearing: Hearing, *, newest_at: datetime | None, spent: bool = False
    ) -> Circumstances:
        """Gather the circumstances of an answer; `newest_at` is the newest answer known before it."""
        bounds = Bounds(
            not_before=min(newest_at or hearing.device.bindings[0].since, hearing.received_at),
            not_after=hearing.received_at,
            paired_at=hearing.device.bindings[0].since,
            newest_mono_ms=hearing.newest_mono.get(envelope.boot_id),
        )
        captured = estimate(envelope.capture, hearing.anchors.get(envelope.boot_id), bounds)
        bound = hearing.device.binding_at(captured.at)
        day = self._clock.business_day(captured.at)
        counter = self._streams.recent(COUNTER, bound.counter_id)
        counter_day = self._streams.recent(COUNTER_DAY, f"{bound.counter_id}-{day}")
        local = (captured.at + self._clock.shift).astimezone(CIVIL_ZONE)
        return Circumstances(
            captured=captured,
            day=day,
            counter_id=bound.counter_id,
            one_stop_id=counter.one_stop_on(day) if counter.exists else bound.one_stop_id,
            field=counter_day.field_at(local) or UNKNOWN_FIELD,
            family=FAMILY,
            cards_required=counter.cards,
            card=Card.SPENT if spent else self._card(envelope.card, captured.at),
            outside_hours=counter.is_outside_hours(local),
            served_today=counter_day.served_by(local),
            rules=self._rules,
            reason_codes=self._reason_codes(envelope.questionnaire) if envelope.reasons else frozenset(),
        )

    def cards_required(self, counter_id: str) -> bool:
        """Say whether a counter asks for cards."""
        return self._streams.recent(COUNTER, counter_id).cards

    def _reason_codes(self, asked_by: str) -> frozenset[str]:
        """Give the codes of the questionnaire of that hash; where nobody knows it, those of all there ever were."""
        ever = self._streams.recent(SCHEDULE, FAMILY).ever
        asked = [entry for entry in ever if entry.hash == asked_by] or ever
        names = {questionnaire_name(entry.code, entry.version) for entry in asked}
        return frozenset().union(*(reason_codes(self._streams.recent(QUESTIONNAIRE, name).content) for name in names))

    def _card(self, code: str | None, at: datetime) -> Card:
        if not code:
            return Card.NONE
        if not code.isprintable():
            # No card of ours; and a database that is asked for it may not even be able to read the question.
            return Card.UNKNOWN
        batch = self._streams.recent(CARDS, code[:BATCH_ID_LENGTH])
        hashed = card_hash(code)
        if hashed not in batch.hashes:
            return Card.UNKNOWN
        if hashed in batch.voided:
            return Card.VOID
        return Card.VALID if batch.is_open_at(at) else Card.OUTSIDE_WINDOW


def card_hash(code: str) -> str:
    """Name a card without knowing its code."""
    return hashlib.sha256(b"card:" + code.encode()).hexdigest()
