"""Whoever may read figures reads released counter results."""

from dataclasses import asdict
from typing import Any, cast

from flask import Flask, current_app
from marshmallow import Schema, fields, validate

from services.chassis.clock import Clock
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.indicators.domain.roll_ups import By, Question
from services.indicators.domain.units import Borders
from services.indicators.projections.counter_results import CounterResults

_KEY = "cchc.indicators"
_ID = validate.Regexp(r"^[a-z0-9-]{1,64}\Z")

blueprint = guarded_blueprint(
    "counter-results",
    __name__,
    url_prefix="/api/indicators/v1/counter-results",
    guard=Bearer("reporting:read"),
    description="Released counter results: sums of whole blocks, never SIPAS.",
)


class ResultsQuery(Schema):
    """What is asked; days are inclusive and mean the day on which a block closed."""

    by = fields.String(load_default=By.TOTAL.value, validate=validate.OneOf([by.value for by in By]))
    unit_id = fields.String(load_default=None, validate=_ID)
    field = fields.String(load_default=None, validate=_ID)
    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)
    borders = fields.String(
        load_default=Borders.THEN.value, validate=validate.OneOf([borders.value for borders in Borders])
    )
    raw = fields.Boolean(load_default=False, metadata={"description": "Not counted ballots too."})


class IntervalAnswer(Schema):
    """Wilson's 95 % interval."""

    low = fields.Float(required=True)
    high = fields.Float(required=True)


class SatisfactionAnswer(Schema):
    """The satisfied share, always with its n."""

    n = fields.Integer(required=True)
    satisfied = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True)
    interval = fields.Nested(IntervalAnswer, required=True, allow_none=True)


class ResultLine(Schema):
    """One line; `served` and `response_rate` are null where the number served is not known."""

    key = fields.String(required=True)
    satisfaction = fields.Nested(SatisfactionAnswer, required=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    blocks = fields.Integer(required=True)
    served = fields.Integer(required=True, allow_none=True)
    response_rate = fields.Float(required=True, allow_none=True)


class ResultsAnswer(Schema):
    """The lines, and through which day they are told."""

    until = fields.Date(required=True)
    results = fields.List(fields.Nested(ResultLine), required=True)


def attach(app: Flask, results: CounterResults, clock: Clock) -> None:
    """Give an app its read models."""
    app.extensions[_KEY] = (results, clock)


@blueprint.route("/", methods=["GET"], strict_slashes=False)
@blueprint.arguments(ResultsQuery, location="query")
@blueprint.response(200, ResultsAnswer)
def counter_results(query: dict[str, Any]) -> dict[str, Any]:
    """Tell released counter results."""
    results, clock = cast("tuple[CounterResults, Clock]", current_app.extensions[_KEY])
    today = clock.business_now().date()
    until = query["until"] or today
    question = Question(
        by=By(query["by"]),
        unit_id=query["unit_id"],
        field=query["field"],
        counted_only=not query["raw"],
        borders=Borders(query["borders"]),
        today=today,
    )
    lines = results.ask(question, since=query["since"], until=until)
    return {"until": until, "results": [asdict(line) for line in lines]}
