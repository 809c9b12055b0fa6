"""Released figures and the fleet for programs: `/api/reporting/v1/{counter-results,fleet}`."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from services.chassis.clock import Clock
from services.chassis.domain import Unavailable
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, Open, guard, guarded_blueprint
from services.gateway.reporting.counter_csv import figures_csv
from services.gateway.reporting.counter_report import CounterReport, Line, counter_report
from services.gateway.reporting.counter_sums import Scope
from services.gateway.reporting.figures import Measure, Tally, percent
from services.gateway.reporting.fleet_report import FleetLine, fleet_report
from services.gateway.reporting.read_models import ReadModels

_CODE = validate.Length(max=80)


class Asked(Schema):
    """Which blocks: those that closed from `since` to `as_of`, both included."""

    as_of = fields.Date(load_default=None)
    since = fields.Date(load_default=None)
    one_stop = fields.String(load_default=None, validate=_CODE)
    field = fields.String(load_default=None, validate=_CODE)
    ballots = fields.String(load_default="counted", validate=validate.OneOf(["counted", "all"]))


class Figure(Schema):
    """A satisfied share with what has to stand beside it; percent values are `null` below the least number of ballots."""

    ballots = fields.Integer(required=True)
    blocks = fields.Integer(required=True)
    scores = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    satisfied_percent = fields.Float(required=True, allow_none=True)
    interval_percent = fields.List(fields.Float(), required=True, allow_none=True)


class OneStopFigure(Figure):
    """The figure of one one-stop."""

    one_stop = fields.String(required=True)
    response_percent = fields.Float(required=True, allow_none=True)


class CounterResultsAnswer(Schema):
    """Counter results in one scope, with the counted and the raw figure side by side."""

    label = fields.String(required=True)
    as_of = fields.Date(required=True)
    since = fields.Date(required=True, allow_none=True)
    counted = fields.Nested(Figure, required=True)
    all = fields.Nested(Figure, required=True)
    response_percent = fields.Float(required=True, allow_none=True)
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    one_stops = fields.List(fields.Nested(OneStopFigure), required=True)
    messages_applied = fields.Integer(required=True)
    newest_at = fields.DateTime(required=True, allow_none=True)


class TabletAnswer(Schema):
    """A tablet's contact and sequence."""

    device_id = fields.String(required=True)
    counter_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    last_contact_at = fields.DateTime(required=True, allow_none=True)
    last_seq = fields.Integer(required=True)
    received = fields.Integer(required=True)
    missing = fields.List(fields.List(fields.Integer()), required=True)
    chain_broken = fields.Boolean(required=True)
    queued = fields.Integer(required=True, allow_none=True)
    oldest_unsent_seconds = fields.Float(required=True, allow_none=True)
    battery = fields.Float(required=True, allow_none=True)
    app_version = fields.String(required=True, allow_none=True)


class FleetAnswer(Schema):
    """Every tablet, those that need somebody first."""

    items = fields.List(fields.Nested(TabletAnswer), required=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reporting:
    """What the reporting routes work with. `measure` gives `None` before a pack is loaded."""

    read_models: ReadModels
    clock: Clock
    measure: Callable[[], Measure | None]
    silent_after: timedelta


def reporting_api(reporting: Reporting) -> GuardedBlueprint:
    """The reporting routes; released figures are public."""
    blueprint = guarded_blueprint(
        "reporting", __name__, url_prefix="/api/reporting/v1", guard=Open(), description="Released figures, fleet."
    )
    _add_counter_results(blueprint, reporting)
    _add_fleet(blueprint, reporting)
    return blueprint


def _add_counter_results(blueprint: Any, reporting: Reporting) -> None:
    @blueprint.route("/counter-results")
    @blueprint.arguments(Asked, location="query")
    @blueprint.response(200, CounterResultsAnswer)
    def read_counter_results(asked: dict[str, Any]) -> Response:
        """Give counter results: released blocks only."""
        return _tagged(json_answer(_written(_report(reporting, asked))))

    @blueprint.route("/counter-results/figures.csv")
    @blueprint.arguments(Asked, location="query")
    @blueprint.response(200, content_type="text/csv")
    def read_figures(asked: dict[str, Any]) -> Response:
        """Give counter results per one-stop, counted and not counted, as CSV in UTF-8."""
        with reporting.read_models.reading() as reading:
            text = figures_csv(reading, _scope(reporting, asked), _measure(reporting))
        return _tagged(Response(text, content_type="text/csv; charset=utf-8"))


def _add_fleet(blueprint: Any, reporting: Reporting) -> None:
    @blueprint.route("/fleet")
    @guard(Bearer("reporting:read"))
    @blueprint.response(200, FleetAnswer)
    def read_fleet() -> Response:
        """Give every tablet's contact and sequence; never a score."""
        with reporting.read_models.reading() as reading:
            report = fleet_report(
                reading,
                now=reporting.clock.now(),
                business_day=reporting.clock.business_now().date(),
                silent_after=reporting.silent_after,
            )
        return json_answer({"items": [_tablet(line) for line in report.lines]})


def _report(reporting: Reporting, asked: dict[str, Any]) -> CounterReport:
    with reporting.read_models.reading() as reading:
        return counter_report(reading, _scope(reporting, asked), _measure(reporting))


def _measure(reporting: Reporting) -> Measure:
    if (measure := reporting.measure()) is None:
        raise Unavailable("no tenant pack is loaded")
    return measure


def _scope(reporting: Reporting, asked: dict[str, Any]) -> Scope:
    return Scope(
        since=asked["since"],
        until=asked["as_of"] or reporting.clock.business_now().date(),
        counted_only=asked["ballots"] == "counted",
        one_stop_id=asked["one_stop"],
        field=asked["field"],
    )


def _written(report: CounterReport) -> dict[str, Any]:
    scope, rate = report.scope, report.response.rate
    return {
        "label": "khảo sát tại Một cửa",
        "as_of": scope.until.isoformat(),
        "since": scope.since.isoformat() if scope.since else None,
        "counted": _figure(report.counted, report.measure),
        "all": _figure(report.every, report.measure),
        "response_percent": None if rate is None else float(percent(rate)),
        "reasons": dict(report.reasons),
        "one_stops": [_one_stop(line, report.measure) for line in report.by_one_stop],
        "messages_applied": report.freshness.messages,
        "newest_at": report.freshness.heard_at,
    }


def _figure(tally: Tally, measure: Measure) -> dict[str, Any]:
    share, interval = tally.share(measure), tally.interval(measure)
    return {
        "ballots": tally.n,
        "blocks": tally.blocks,
        "scores": {str(score): count for score, count in tally.scores.items()},
        "satisfied_percent": None if share is None else float(percent(share)),
        "interval_percent": None if interval is None else [float(percent(it)) for it in (interval.low, interval.high)],
    }


def _one_stop(line: Line, measure: Measure) -> dict[str, Any]:
    rate = line.response.rate
    answered = None if rate is None else float(percent(rate))
    return {"one_stop": line.key, "response_percent": answered} | _figure(line.tally, measure)


def _tablet(line: FleetLine) -> dict[str, Any]:
    names = (name for name in TabletAnswer().fields if name != "state")
    return {"state": line.state} | {name: getattr(line.tablet, name) for name in names}


def _tagged(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response
