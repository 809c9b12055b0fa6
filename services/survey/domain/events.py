"""The facts of the survey service but for ballots, which stand in `ballot_events`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionnaireDrafted(Event):
    """A questionnaire's words were written down or changed; nobody is asked by them yet."""

    wire_name: ClassVar[str] = "survey.questionnaire_drafted.v1"
    code: str
    version: int
    family: str
    content: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionnaireApproved(Event):
    """A questionnaire's words are final; `hash` names them for ever."""

    wire_name: ClassVar[str] = "survey.questionnaire_approved.v1"
    hash: str
    approved_by: str
    approved_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionnairePutIntoForce(Event):
    """Tablets ask by this questionnaire from a civil day on."""

    wire_name: ClassVar[str] = "survey.questionnaire_put_into_force.v1"
    in_force_from: date


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionnaireRetired(Event):
    """Nobody is asked by this questionnaire any more; its ballots are accepted for ever."""

    wire_name: ClassVar[str] = "survey.questionnaire_retired.v1"
    retired_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionnaireScheduled(Event):
    """A family's tablets ask by a questionnaire from a civil day on, until the next one's day."""

    wire_name: ClassVar[str] = "survey.questionnaire_scheduled.v1"
    code: str
    version: int
    hash: str
    in_force_from: date


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionnaireWithdrawn(Event):
    """A questionnaire is off its family's schedule."""

    wire_name: ClassVar[str] = "survey.questionnaire_withdrawn.v1"
    code: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyOpened(Event):
    """A survey of one family began its field period."""

    wire_name: ClassVar[str] = "survey.survey_opened.v1"
    survey_id: str
    family: str
    opens_on: date
    closes_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyClosed(Event):
    """A survey's field period ended."""

    wire_name: ClassVar[str] = "survey.survey_closed.v1"
    closed_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningSpan:
    """A stretch of a weekday (1 = Monday) in which a counter serves, in civil time such as `07:30`."""

    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterOpened(Event):
    """A counter of a one-stop began to serve. `opening_hours` empty: not known, so nothing is judged by them."""

    wire_name: ClassVar[str] = "survey.counter_opened.v1"
    counter_id: str
    unit_id: str
    one_stop_id: str
    name: str
    name_en: str
    fields: tuple[str, ...]
    cards: bool
    opening_hours: tuple[OpeningSpan, ...]
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterMoved(Event):
    """A counter belongs to another one-stop from a day on."""

    wire_name: ClassVar[str] = "survey.counter_moved.v1"
    unit_id: str
    one_stop_id: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterRenamed(Event):
    """A counter is called something else from a day on."""

    wire_name: ClassVar[str] = "survey.counter_renamed.v1"
    name: str
    name_en: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterClosed(Event):
    """A counter serves nobody any more from a day on."""

    wire_name: ClassVar[str] = "survey.counter_closed.v1"
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class PairingCodeIssued(Event):
    """A one-time code was made; only its hash is kept."""

    wire_name: ClassVar[str] = "survey.pairing_code_issued.v1"
    code_hash: str
    device_id: str
    counter_id: str
    one_stop_id: str
    counter_name: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PairingCodeSpent(Event):
    """A tablet's key took the code."""

    wire_name: ClassVar[str] = "survey.pairing_code_spent.v1"
    thumbprint: str
    spent_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DevicePaired(Event):
    """A tablet registered its public key and stands at a counter."""

    wire_name: ClassVar[str] = "survey.device_paired.v1"
    device_id: str
    public_jwk: dict[str, str]
    counter_id: str
    one_stop_id: str
    counter_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceBound(Event):
    """A tablet stands at another counter from now on."""

    wire_name: ClassVar[str] = "survey.device_bound.v1"
    counter_id: str
    one_stop_id: str
    counter_name: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TabletStood(Event):
    """A tablet was put at a counter, once or again; kept with the counter, to find its tablets."""

    wire_name: ClassVar[str] = "survey.tablet_stood.v1"
    device_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceKeyRotated(Event):
    """A tablet signs with another key from now on."""

    wire_name: ClassVar[str] = "survey.device_key_rotated.v1"
    public_jwk: dict[str, str]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceRevoked(Event):
    """A tablet is not listened to any more."""

    wire_name: ClassVar[str] = "survey.device_revoked.v1"
    at: datetime
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceReported(Event):
    """How a tablet and its sequence stand; at most one a second is kept. Health fields are null after a mere batch."""

    wire_name: ClassVar[str] = "survey.device_reported.v1"
    device_id: str
    at: datetime
    last_seq: int
    received: int
    missing: tuple[tuple[int, int], ...]
    chain_broken: bool
    queued: int | None = None
    oldest_unsent_seconds: float | None = None
    battery: float | None = None
    persisted: bool | None = None
    app_version: str | None = None
    wake_lock_refusals: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A stretch in which a counter served one field, as the one-stop's software saw it."""

    session_id: str
    field: str
    opened_at: datetime
    closed_at: datetime | None = None
    officer: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRecorded(Event):
    """The one-stop's software said when a counter served a field; a later word on the same session replaces it."""

    wire_name: ClassVar[str] = "survey.session_recorded.v1"
    session: Session


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterLoaded(Event):
    """The day's plan of a counter was loaded."""

    wire_name: ClassVar[str] = "survey.roster_loaded.v1"
    sessions: tuple[Session, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedCounted(Event):
    """So many people were served at a counter on a day in a field; a later count replaces an earlier one."""

    wire_name: ClassVar[str] = "survey.served_counted.v1"
    counter_id: str
    one_stop_id: str
    day: date
    field: str
    served: int
    session_id: str | None
    through: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CardsPrinted(Event):
    """A batch of single-use cards exists; only hashes of their codes are kept."""

    wire_name: ClassVar[str] = "survey.cards_printed.v1"
    batch_id: str
    counter_id: str
    card_hashes: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CardVoided(Event):
    """A card counts for nothing any more."""

    wire_name: ClassVar[str] = "survey.card_voided.v1"
    card_hash: str
    because: str
