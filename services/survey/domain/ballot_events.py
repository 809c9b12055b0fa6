"""The facts of a tablet's ballots. The bytes a tablet sent stand in `Receipt.raw`, exactly as sent."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.chassis.domain import Event

RAW_LIMIT_BYTES = 16 * 1024
"""More of an envelope that cannot be read is not kept; its hash is of all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """One envelope as it came in. `entry_id` and `seq` are null where they could not be read."""

    entry_id: str | None
    seq: int | None
    prev: str | None
    sha256: str
    received_at: datetime
    raw: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class BallotCast(Event):
    """A citizen answered. `receipt` is null for an answer that staff let out of quarantine: its bytes lie there."""

    wire_name: ClassVar[str] = "survey.ballot_cast.v1"
    receipt: Receipt | None
    ballot_id: str
    counter_id: str
    one_stop_id: str
    field: str
    family: str
    questionnaire: str
    score: int
    reasons: tuple[str, ...]
    captured_at: datetime
    uncertainty_seconds: float
    day: date
    counted: bool
    not_counted_because: str | None
    released_item: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BallotChanged(Event):
    """The citizen changed their mind while the thank-you still stood."""

    wire_name: ClassVar[str] = "survey.ballot_changed.v1"
    receipt: Receipt | None
    ballot_id: str
    score: int
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class BallotFollowedUp(Event):
    """The citizen said why."""

    wire_name: ClassVar[str] = "survey.ballot_followed_up.v1"
    receipt: Receipt | None
    ballot_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerAwaited(Event):
    """A change or follow-up came before the ballot it belongs to; it takes effect when the ballot comes."""

    wire_name: ClassVar[str] = "survey.answer_awaited.v1"
    receipt: Receipt
    ballot_id: str
    score: int | None
    reasons: tuple[str, ...]
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeQuarantined(Event):
    """An envelope was kept that is no ballot of its own. `twin_of` names the entry whose id it shares."""

    wire_name: ClassVar[str] = "survey.envelope_quarantined.v1"
    receipt: Receipt
    because: str
    twin_of: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BallotQuarantined(Event):
    """A ballot is held back until somebody looks: by a rule set, or by staff (`rule_set` null)."""

    wire_name: ClassVar[str] = "survey.ballot_quarantined.v1"
    ballot_id: str
    because: str
    score: int
    reasons: tuple[str, ...]
    rule_set: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BallotReleased(Event):
    """Staff let a ballot out of quarantine."""

    wire_name: ClassVar[str] = "survey.ballot_released.v1"
    ballot_id: str
    released_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BallotAttributed(Event):
    """A counter-day fact that came late told in which field the citizen was served."""

    wire_name: ClassVar[str] = "survey.ballot_attributed.v1"
    ballot_id: str
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentRedacted(Event):
    """A ballot's comment is shown to nobody any more."""

    wire_name: ClassVar[str] = "survey.comment_redacted.v1"
    ballot_id: str
    redacted_by: str
