"""Staff open, move, rename and close counters."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.etags import conditional, required_version
from services.chassis.http.guards import Bearer, guard, guarded_blueprint
from services.chassis.http.paging import PageQuery
from services.chassis.units import UnknownUnit, refuse_unknown_units
from services.survey.api.service import list_answer, survey
from services.survey.domain.commands import CloseCounter, MoveCounter, OpenCounter, RenameCounter
from services.survey.domain.errors import AlreadyExists, CounterIsClosed, UnknownCounter
from services.survey.domain.events import OpeningSpan
from services.survey.handlers.kinds import COUNTER
from services.survey.projections.counters import COUNTERS
from services.survey.projections.units import UNITS

_ID = validate.Regexp(r"^[a-z0-9-]{1,64}\Z")
_NAME = validate.Length(min=1, max=200)
_CLOCK = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d\Z")

blueprint = guarded_blueprint(
    "counters",
    __name__,
    url_prefix="/api/survey/v1/counters",
    guard=Bearer("survey:admin"),
    description="Counters of one-stops.",
)


class Span(Schema):
    """A stretch of a weekday (1 = Monday) in which the counter serves."""

    weekday = fields.Integer(required=True, validate=validate.Range(min=1, max=7))
    opens = fields.String(required=True, validate=_CLOCK)
    closes = fields.String(required=True, validate=_CLOCK)


class CounterOpening(Schema):
    """A counter that begins to serve."""

    counter_id = fields.String(required=True, validate=_ID)
    unit_id = fields.String(required=True, validate=_ID)
    one_stop_id = fields.String(required=True, validate=_ID)
    name = fields.String(required=True, validate=_NAME)
    name_en = fields.String(load_default="", validate=validate.Length(max=200))
    fields_ = fields.List(fields.String(validate=_ID), data_key="fields", load_default=list)
    cards = fields.Boolean(load_default=False)
    opening_hours = fields.List(fields.Nested(Span), load_default=list)
    on = fields.Date(required=True)


class CounterMove(Schema):
    """Where a counter belongs from a day on."""

    unit_id = fields.String(required=True, validate=_ID)
    one_stop_id = fields.String(required=True, validate=_ID)
    on = fields.Date(required=True)


class CounterName(Schema):
    """What a counter is called from a day on."""

    name = fields.String(required=True, validate=_NAME)
    name_en = fields.String(load_default="", validate=validate.Length(max=200))
    on = fields.Date(required=True)


class CounterClosing(Schema):
    """The day from which a counter serves nobody."""

    on = fields.Date(required=True)


class Counter(Schema):
    """A counter."""

    counter_id = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    fields_ = fields.List(fields.String(), data_key="fields", required=True)
    cards = fields.Boolean(required=True)
    opening_hours = fields.List(fields.Dict(), required=True)
    places = fields.List(fields.Dict(), required=True)
    closed_on = fields.Date(allow_none=True, required=True)


class CounterList(Schema):
    """One page of counters."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


@blueprint.route("/")
@guard(Bearer("survey:read"))
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, CounterList)
def list_counters(query: dict[str, Any]) -> dict[str, Any]:
    """List counters."""
    return list_answer(COUNTERS, "counters", query)


@blueprint.route("/", methods=["POST"])
@refuses(AlreadyExists, UnknownUnit)
@blueprint.arguments(CounterOpening)
@blueprint.response(201, Counter)
def open_counter(sent: dict[str, Any]) -> Response:
    """Let a counter serve. Its units have to be told of by the directory before."""
    _refuse_unknown_units(sent)
    spans = tuple(OpeningSpan(**span) for span in sent.pop("opening_hours"))
    command = OpenCounter(fields=tuple(sent.pop("fields_")), opening_hours=spans, **sent)
    return state_answer(survey().handle(command), status=201)


@blueprint.route("/<counter_id>")
@guard(Bearer("survey:read"))
@refuses(UnknownCounter)
@blueprint.response(200, Counter)
def read_counter(counter_id: str) -> Response:
    """Read a counter."""
    return state_answer(survey().streams.load(COUNTER, counter_id), missing=UnknownCounter(counter_id=counter_id))


@blueprint.route("/<counter_id>/place", methods=["PUT"])
@refuses(UnknownCounter, CounterIsClosed, UnknownUnit)
@conditional
@blueprint.arguments(CounterMove)
@blueprint.response(200, Counter)
def move_counter(sent: dict[str, Any], counter_id: str) -> Response:
    """Give a counter to another one-stop."""
    _refuse_unknown_units(sent)
    return _change(MoveCounter(counter_id=counter_id, **sent))


@blueprint.route("/<counter_id>/name", methods=["PUT"])
@refuses(UnknownCounter, CounterIsClosed)
@conditional
@blueprint.arguments(CounterName)
@blueprint.response(200, Counter)
def rename_counter(sent: dict[str, Any], counter_id: str) -> Response:
    """Call a counter something else."""
    return _change(RenameCounter(counter_id=counter_id, **sent))


@blueprint.route("/<counter_id>/closing", methods=["PUT"])
@refuses(UnknownCounter)
@conditional
@blueprint.arguments(CounterClosing)
@blueprint.response(200, Counter)
def close_counter(sent: dict[str, Any], counter_id: str) -> Response:
    """Let a counter serve nobody any more."""
    return _change(CloseCounter(counter_id=counter_id, **sent))


def _refuse_unknown_units(sent: dict[str, Any]) -> None:
    refuse_unknown_units(survey().read_model, UNITS, {sent["unit_id"], sent["one_stop_id"]})


def _change(command: MoveCounter | RenameCounter | CloseCounter) -> Response:
    return state_answer(survey().handle(command, expected_version=required_version()))
