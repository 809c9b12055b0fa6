"""What people and programs may ask of the survey service. Time, ids and codes are among the fields."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.chassis.domain import Command
from services.survey.domain.events import OpeningSpan, Session


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftQuestionnaire(Command):
    """Write down a questionnaire's words."""

    code: str
    version: int
    family: str
    content: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApproveQuestionnaire(Command):
    """Make a questionnaire's words final."""

    code: str
    version: int
    approved_by: str
    approved_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PutQuestionnaireIntoForce(Command):
    """Ask by a questionnaire from a day on."""

    code: str
    version: int
    in_force_from: date


@dataclass(frozen=True, kw_only=True, slots=True)
class RetireQuestionnaire(Command):
    """Ask nobody by a questionnaire any more."""

    code: str
    version: int
    retired_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSurvey(Command):
    """Begin a survey's field period."""

    survey_id: str
    family: str
    opens_on: date
    closes_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseSurvey(Command):
    """End a survey's field period."""

    survey_id: str
    closed_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCounter(Command):
    """Let a counter of a one-stop serve."""

    counter_id: str
    unit_id: str
    one_stop_id: str
    name: str
    name_en: str
    fields: tuple[str, ...]
    on: date
    cards: bool = False
    opening_hours: tuple[OpeningSpan, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveCounter(Command):
    """Give a counter to another one-stop."""

    counter_id: str
    unit_id: str
    one_stop_id: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class RenameCounter(Command):
    """Call a counter something else."""

    counter_id: str
    name: str
    name_en: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseCounter(Command):
    """Let a counter serve nobody any more."""

    counter_id: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuePairingCode(Command):
    """Make a one-time code for the next tablet at a counter."""

    code_hash: str
    device_id: str
    counter_id: str
    one_stop_id: str
    counter_name: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SpendPairingCode(Command):
    """Take a pairing code for a key."""

    thumbprint: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PairDevice(Command):
    """Register a tablet's public key."""

    device_id: str
    public_jwk: dict[str, str]
    counter_id: str
    one_stop_id: str
    counter_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class BindDevice(Command):
    """Put a tablet at another counter."""

    device_id: str
    counter_id: str
    one_stop_id: str
    counter_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RotateDeviceKey(Command):
    """Let a tablet sign with another key."""

    device_id: str
    public_jwk: dict[str, str]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeDevice(Command):
    """Listen to a tablet no more."""

    device_id: str
    at: datetime
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """So many people, served in a field by the end of an hour. Absolute, never a difference."""

    field: str
    served: int
    through: datetime
    session_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordCounterDay(Command):
    """Take what the one-stop's software knows of a counter's day so far."""

    counter_id: str
    one_stop_id: str
    day: date
    roster: tuple[Session, ...] | None = None
    sessions: tuple[Session, ...] = ()
    served: tuple[Served, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintCards(Command):
    """Make a batch of single-use cards; their codes themselves are known to the printer alone."""

    batch_id: str
    counter_id: str
    card_hashes: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class VoidCard(Command):
    """Let a card count for nothing."""

    batch_id: str
    card_hash: str
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantineBallot(Command):
    """Hold a ballot back by hand."""

    device_id: str
    ballot_id: str
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseBallot(Command):
    """Let a ballot out of quarantine."""

    device_id: str
    ballot_id: str
    released_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseEnvelope(Command):
    """Let an envelope out of quarantine, as the answer it holds. `version` is that of the fact that keeps it."""

    device_id: str
    version: int
    released_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RedactComment(Command):
    """Show a ballot's comment to nobody any more."""

    device_id: str
    ballot_id: str
    redacted_by: str
