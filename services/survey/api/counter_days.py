"""The one-stop's own software tells counter days: rosters, sessions, how many were served. Officers press nothing."""

from datetime import UTC, datetime
from typing import Any

from flask import Response
from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.survey.api.service import survey
from services.survey.domain.commands import RecordCounterDay, Served
from services.survey.domain.errors import InvalidSession, UnknownCounter
from services.survey.domain.events import Session
from services.survey.handlers.kinds import COUNTER

_WORD = validate.Regexp(r"^[A-Za-z0-9_.:-]{1,64}\Z")

blueprint = guarded_blueprint(
    "counter-days",
    __name__,
    url_prefix="/api/survey/v1/counter-days",
    guard=Bearer("survey:counter-days"),
    description="Rosters, sessions and served counts, from the one-stop's software.",
)


def _possible(at: datetime) -> None:
    # At the ends of the calendar a time has no equal in UTC.
    if not 2000 <= at.year < 2200:
        raise ValidationError("Must lie between 2000 and 2199.")


class SessionTold(Schema):
    """A stretch in which a counter served one field."""

    session_id = fields.String(required=True, validate=_WORD)
    field = fields.String(required=True, validate=_WORD)
    opened_at = fields.AwareDateTime(required=True, validate=_possible)
    closed_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=_possible)
    officer = fields.String(load_default=None, allow_none=True, validate=_WORD)


class ServedTold(Schema):
    """How many were served in a field up to the end of an hour; absolute, never a difference."""

    field = fields.String(required=True, validate=_WORD)
    served = fields.Integer(required=True, validate=validate.Range(min=0, max=100_000))
    through = fields.AwareDateTime(required=True, validate=_possible)
    session_id = fields.String(load_default=None, allow_none=True, validate=_WORD)


class CounterDayTold(Schema):
    """What is known of a counter's day so far."""

    counter_id = fields.String(required=True, validate=_WORD)
    day = fields.Date(required=True)
    roster = fields.List(fields.Nested(SessionTold), load_default=None, allow_none=True)
    sessions = fields.List(fields.Nested(SessionTold), load_default=list)
    served = fields.List(fields.Nested(ServedTold), load_default=list)


class CounterDay(Schema):
    """What is known of a counter's day now."""

    roster = fields.List(fields.Dict(), required=True)
    sessions = fields.List(fields.Dict(), required=True)
    served = fields.List(fields.Dict(), required=True)


@blueprint.route("/", methods=["POST"], strict_slashes=False)
@refuses(UnknownCounter, InvalidSession)
@blueprint.arguments(CounterDayTold)
@blueprint.response(200, CounterDay)
def record_counter_day(sent: dict[str, Any]) -> Response:
    """Take what is new; what is known already changes nothing."""
    service = survey()
    counter = service.streams.load(COUNTER, sent["counter_id"]).state
    if not counter.exists:
        raise UnknownCounter(counter_id=sent["counter_id"])
    roster = sent["roster"]
    command = RecordCounterDay(
        counter_id=sent["counter_id"],
        one_stop_id=counter.one_stop_on(sent["day"]),
        day=sent["day"],
        roster=None if roster is None else tuple(map(_session, roster)),
        sessions=tuple(map(_session, sent["sessions"])),
        served=tuple(_served(count) for count in sent["served"]),
    )
    return state_answer(service.counter_days.record(command))


def _session(told: dict[str, Any]) -> Session:
    closed_at = told["closed_at"]
    return Session(**{**told, "opened_at": _utc(told["opened_at"]), "closed_at": closed_at and _utc(closed_at)})


def _served(told: dict[str, Any]) -> Served:
    # Served times are kept by the hour: finer ones could be laid beside a ballot's.
    through = _utc(told["through"]).replace(minute=0, second=0, microsecond=0)
    return Served(**{**told, "through": through})


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
