"""Units bring official figures, other eyes approve and publish them, and a correction names what it replaces."""

from typing import Any

from flask import Response

from services.chassis.http.answers import state_answer
from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, current_caller, guard, guarded_blueprint
from services.chassis.http.paging import after_cursor, page_of
from services.chassis.identity.refusals import UnitNotYours
from services.chassis.streams import Versioned
from services.indicators.api.measurement_schemas import (
    Correction,
    MeasurementAnswer,
    MeasurementList,
    MeasurementsQuery,
    Reopening,
    Returning,
    Submission,
)
from services.indicators.api.service import (
    indicators,
    now,
    require_answerable,
    require_known_unit,
    sources,
)
from services.indicators.domain.catalogue_events import Document
from services.indicators.domain.cell import Cell, cell_name
from services.indicators.domain.commands import (
    ApproveMeasurement,
    CorrectMeasurement,
    PublishMeasurement,
    ReopenPeriod,
    ReturnMeasurement,
    SubmitMeasurement,
)
from services.indicators.domain.errors import (
    DocumentMissing,
    InvalidPeriod,
    MeasurementIncomplete,
    MeasurementNotApproved,
    MeasurementNotPublished,
    MeasurementNotSubmitted,
    OwnMeasurement,
    PeriodHasMeasurement,
    UnknownIndicator,
    UnknownMeasurement,
    UnknownUnit,
    ValueOutOfRange,
)
from services.indicators.domain.measurement_events import Measured
from services.indicators.handlers.kinds import MEASUREMENT
from services.indicators.projections.measurements import MEASUREMENTS, listed

blueprint = guarded_blueprint(
    "measurements",
    __name__,
    url_prefix="/api/indicators/v1/measurements",
    guard=Bearer("indicators:approve"),
    description="Official figures: submitted, approved by other eyes, published, corrected.",
)


@blueprint.route("/")
@guard(Bearer("indicators:read"))
@blueprint.arguments(MeasurementsQuery, location="query")
@blueprint.response(200, MeasurementList)
def list_measurements(query: dict[str, Any]) -> Response:
    """List measurements."""
    after, limit = after_cursor(query["cursor"], str), query["limit"]
    wanted = {name: query[name] for name in ("indicator", "unit_id", "period", "stage") if query[name] is not None}
    rows = sources().own(
        MEASUREMENTS, lambda view: listed(view, after=after[0] if after else None, limit=limit, wanted=wanted)
    )
    items, following = page_of(rows or (), limit, key=lambda row: [row.measurement_id])
    return json_answer({"items": [_line(row) for row in items], "next": following})


@blueprint.route("/", methods=["POST"])
@guard(Bearer("indicators:measure"))
@refuses(
    UnitNotYours,
    UnknownUnit,
    UnknownIndicator,
    InvalidPeriod,
    MeasurementIncomplete,
    ValueOutOfRange,
    DocumentMissing,
    PeriodHasMeasurement,
)
@blueprint.arguments(Submission)
@blueprint.response(201, MeasurementAnswer)
def submit_measurement(sent: dict[str, Any]) -> Response:
    """Bring an official figure of a unit and period."""
    require_answerable(sent["unit_id"])
    require_known_unit(sent["unit_id"])
    of_cell = {name: sent[name] for name in ("indicator", "unit_id", "period")}
    command = SubmitMeasurement(**of_cell, measured=_measured(sent), submitted_by=current_caller().subject, **_at())
    after = indicators().handle(command)
    return _answer(after, len(after.state.measurements), 201)


@blueprint.route("/<measurement_id>")
@guard(Bearer("indicators:read"))
@refuses(UnknownMeasurement)
@blueprint.response(200, MeasurementAnswer)
def read_measurement(measurement_id: str) -> Response:
    """Read a measurement."""
    cell, n = _parted(measurement_id)
    return _answer(indicators().streams.load(MEASUREMENT, cell), n, 200)


@blueprint.route("/<measurement_id>/correction", methods=["POST"])
@guard(Bearer("indicators:measure"))
@refuses(
    UnknownMeasurement,
    UnitNotYours,
    MeasurementNotPublished,
    MeasurementIncomplete,
    ValueOutOfRange,
    DocumentMissing,
    PeriodHasMeasurement,
)
@blueprint.arguments(Correction)
@blueprint.response(201, MeasurementAnswer)
def correct_measurement(sent: dict[str, Any], measurement_id: str) -> Response:
    """Bring a figure that replaces a published one; it waits for other eyes like any other."""
    cell, n = _parted(measurement_id)
    require_answerable(_known(cell, n).unit_id)
    command = CorrectMeasurement(
        cell=cell,
        n=n,
        measured=_measured(sent),
        reason=sent["reason"],
        submitted_by=current_caller().subject,
        **_at(),
    )
    after = indicators().handle(command)
    return _answer(after, len(after.state.measurements), 201)


@blueprint.route("/<measurement_id>/approval", methods=["POST"])
@refuses(UnknownMeasurement, MeasurementNotSubmitted, OwnMeasurement)
@blueprint.response(200, MeasurementAnswer)
def approve_measurement(measurement_id: str) -> Response:
    """Confirm a figure that somebody else submitted."""
    cell, n = _parted(measurement_id)
    command = ApproveMeasurement(cell=cell, n=n, approved_by=current_caller().subject, **_at())
    return _answer(indicators().handle(command), n, 200)


@blueprint.route("/<measurement_id>/return", methods=["POST"])
@refuses(UnknownMeasurement, MeasurementNotSubmitted)
@blueprint.arguments(Returning)
@blueprint.response(200, MeasurementAnswer)
def return_measurement(sent: dict[str, Any], measurement_id: str) -> Response:
    """Send a figure back before it is published."""
    cell, n = _parted(measurement_id)
    return _answer(indicators().handle(ReturnMeasurement(cell=cell, n=n, reason=sent["reason"], **_at())), n, 200)


@blueprint.route("/<measurement_id>/publication", methods=["POST"])
@refuses(UnknownMeasurement, MeasurementNotApproved)
@blueprint.response(200, MeasurementAnswer)
def publish_measurement(measurement_id: str) -> Response:
    """Make an approved figure the official one; where one stood, this is its correction."""
    cell, n = _parted(measurement_id)
    return _answer(indicators().handle(PublishMeasurement(cell=cell, n=n, **_at())), n, 200)


@blueprint.route("/<measurement_id>/reopening", methods=["POST"])
@refuses(UnknownMeasurement, MeasurementNotPublished)
@blueprint.arguments(Reopening)
@blueprint.response(200, MeasurementAnswer)
def reopen_period(sent: dict[str, Any], measurement_id: str) -> Response:
    """Let a new figure be brought for the period; the published one stands until then."""
    cell, n = _parted(measurement_id)
    document = Document(**sent["document"])
    command = ReopenPeriod(cell=cell, n=n, reason=sent["reason"], document=document, **_at())
    return _answer(indicators().handle(command), n, 200)


def _at() -> dict[str, Any]:
    at = now()
    return {"on": at.date(), "at": at}


def _measured(sent: dict[str, Any]) -> Measured:
    document = Document(**sent["document"]) if sent["document"] else None
    said = {name: sent[name] for name in ("value", "numerator", "denominator", "note")}
    return Measured(**said, document=document)


def _parted(measurement_id: str) -> tuple[str, int]:
    cell, _, n = measurement_id.rpartition(".")
    if not (n.isascii() and n.isdecimal() and len(n) < 6 and cell.count(".") == 2):
        raise UnknownMeasurement(measurement_id=measurement_id)
    return cell, int(n)


def _known(cell: str, n: int) -> Cell:
    state: Cell = indicators().streams.load(MEASUREMENT, cell).state
    state.nth(n)
    return state


def _answer(at: Versioned[Cell], n: int, status: int) -> Response:
    cell, found = at.state, at.state.nth(n)
    name = cell_name(cell.indicator, cell.unit_id, cell.period)
    body = {
        "measurement_id": f"{name}.{n}",
        "indicator": cell.indicator,
        "unit_id": cell.unit_id,
        "period": cell.period,
        **{it: getattr(found, it) for it in ("stage", "value", "reason", "returned_because")},
        **{it: getattr(found.measured, it) for it in ("numerator", "denominator", "note", "document")},
        **{it: getattr(found, it) for it in ("submitted_on", "approved_on", "published_on")},
        "replaces": f"{name}.{found.replaces}" if found.replaces else None,
        "replaced_by": f"{name}.{found.replaced_by}" if found.replaced_by else None,
        "reopened": cell.reopened is not None,
        "own": found.submitted_by == current_caller().subject,
    }
    return state_answer(Versioned(body, at.version), status=status)


def _line(row: Any) -> dict[str, Any]:
    hidden = ("published", "replaced", "until")
    return {name: value for name, value in row._mapping.items() if name not in hidden}  # noqa: SLF001 - SQLAlchemy's public name
