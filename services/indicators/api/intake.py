"""One-stops, or the programs they work with, say how their dossiers stand."""

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from services.chassis.http.blueprints import refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, current_caller, guarded_blueprint
from services.chassis.http.refusals import BadJson, FieldsInvalid, MediaTypeRefused
from services.chassis.identity.refusals import UnitNotYours
from services.indicators.adapters.dossier_csv import read_rows, template
from services.indicators.api.service import LEADING, indicators, now, require_known_unit
from services.indicators.domain.dossier_row import COLUMNS, REASONS
from services.indicators.domain.errors import UnknownUnit
from services.indicators.domain.intake import MOST_DOSSIERS, TakeDossierBatch, batch_name
from services.indicators.domain.intake_errors import (
    CsvInvalid,
    DossierBatchDiffers,
    TotalsDiffer,
    UnknownDossierBatch,
)
from services.indicators.domain.intake_events import ControlTotals, DossierBatchTaken
from services.indicators.handlers.intake import DOSSIER_BATCH, take_batch

_CSV = "text/csv"
_SENDERS = ("unit_head", "unit_clerk", "counter_officer")
"""In which roles somebody may speak for a one-stop."""

_ID = validate.Regexp(r"^[a-z0-9-]{1,64}\Z")
_BATCH_ID = validate.Regexp(r"^[A-Za-z0-9_-]{1,64}\Z")
_COUNT = validate.Range(min=0, max=MOST_DOSSIERS)

blueprint = guarded_blueprint(
    "dossier-batches",
    __name__,
    url_prefix="/api/indicators/v1/intake/dossier-batches",
    guard=Bearer("indicators:measure"),
    description="One-stop dossiers, in batches with control totals. A newer statement about a dossier replaces the older.",
)


class Totals(Schema):
    """What the sender counted, over all rows of the batch."""

    count = fields.Integer(required=True, strict=True, validate=_COUNT)
    solved = fields.Integer(required=True, strict=True, validate=_COUNT)
    online = fields.Integer(load_default=None, strict=True, allow_none=True, validate=_COUNT)
    returned = fields.Integer(load_default=None, strict=True, allow_none=True, validate=_COUNT)


class Batch(Schema):
    """A batch. Its rows are judged one by one, so a bad row does not spoil the others; wrong totals do."""

    batch_id = fields.String(required=True, validate=_BATCH_ID)
    one_stop_id = fields.String(required=True, validate=_ID)
    totals = fields.Nested(Totals, required=True)
    dossiers = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        validate=validate.Length(max=MOST_DOSSIERS),
        metadata={"description": f"Rows with the columns {', '.join(COLUMNS)}; days as 2021-06-18."},
    )


class CsvHead(Schema):
    """What a CSV file does not say of itself."""

    batch_id = fields.String(required=True, validate=_BATCH_ID)
    one_stop_id = fields.String(required=True, validate=_ID)
    count = fields.Integer(required=True, validate=_COUNT)
    solved = fields.Integer(required=True, validate=_COUNT)
    online = fields.Integer(load_default=None, validate=_COUNT)
    returned = fields.Integer(load_default=None, validate=_COUNT)


class Rejected(Schema):
    """A row that was not taken."""

    row = fields.Integer(required=True)
    dossier_id = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.String(), required=True)
    reasons_vi = fields.List(fields.String(), required=True)


class BatchTaken(Schema):
    """What became of a batch."""

    id = fields.String(required=True)
    batch_id = fields.String(required=True)
    one_stop_id = fields.String(required=True)
    totals = fields.Nested(Totals, required=True)
    accepted = fields.Integer(required=True)
    rejected = fields.List(fields.Nested(Rejected), required=True)
    at = fields.DateTime(required=True)


@blueprint.route("", methods=["POST"])
@refuses(
    UnitNotYours, UnknownUnit, FieldsInvalid, BadJson, MediaTypeRefused, TotalsDiffer, DossierBatchDiffers, CsvInvalid
)
@blueprint.doc(
    parameters=[
        {"in": "query", "name": name, "schema": {"type": kind}, "description": "With a CSV file only."}
        for name, kind in (
            ("batch_id", "string"),
            ("one_stop_id", "string"),
            ("count", "integer"),
            ("solved", "integer"),
            ("online", "integer"),
            ("returned", "integer"),
        )
    ],
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": Batch}, _CSV: {"schema": {"type": "string"}}},
    },
)
@blueprint.response(201, BatchTaken)
@blueprint.alt_response(200, schema=BatchTaken, description="The same batch was taken before.")
def take_in() -> Response:
    """Take in a batch: JSON, or CSV with its head in the query."""
    service, command = indicators(), _command()
    _require_one_stop(command.one_stop_id)
    require_known_unit(command.one_stop_id)
    known = service.streams.load(DOSSIER_BATCH, batch_name(command.one_stop_id, command.batch_id)).state.taken
    taken = take_batch(service.streams, command).state.taken
    assert taken is not None  # noqa: S101 - a batch that is not taken is refused
    return json_answer(_told(taken), 200 if known else 201)


@blueprint.route("/<batch_id>")
@refuses(UnknownDossierBatch, UnitNotYours)
@blueprint.response(200, BatchTaken)
def read_batch(batch_id: str) -> Response:
    """Tell what became of a batch."""
    taken = indicators().streams.load(DOSSIER_BATCH, batch_id).state.taken
    if taken is None:
        raise UnknownDossierBatch(batch_id=batch_id)
    _require_one_stop(taken.one_stop_id)
    return json_answer(_told(taken))


@blueprint.route("/template.csv")
@blueprint.response(200, {"type": "string"}, content_type=_CSV)
def read_template() -> Response:
    """Give an empty CSV file with the columns of a row."""
    answer = Response(template(), content_type=f"{_CSV}; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="ho-so-mot-cua.csv"'
    return answer


def _command() -> TakeDossierBatch:
    parser, at = blueprint.ARGUMENTS_PARSER, now()
    if request.mimetype == _CSV:
        head: dict[str, Any] = parser.parse(CsvHead(), request, location="query")
        totals = {name: head.pop(name) for name in ("count", "solved", "online", "returned")}
        sent = {**head, "totals": totals, "dossiers": read_rows(request.get_data())}
        if len(sent["dossiers"]) > MOST_DOSSIERS:
            raise CsvInvalid(f"A batch holds at most {MOST_DOSSIERS} rows.", limit_rows=MOST_DOSSIERS)
    else:
        sent = parser.parse(Batch(), request, location="json")
    return TakeDossierBatch(
        batch_id=sent["batch_id"],
        one_stop_id=sent["one_stop_id"],
        totals=ControlTotals(**sent["totals"]),
        rows=tuple(sent["dossiers"]),
        today=at.date(),
        at=at,
    )


def _require_one_stop(one_stop_id: str) -> None:
    """Let those pass who speak for the one-stop, and the reform desk."""
    caller = current_caller()
    if LEADING not in caller.scopes:
        caller.require_unit(one_stop_id, *_SENDERS)


def _told(taken: DossierBatchTaken) -> dict[str, Any]:
    rejected = [
        {
            "row": it.row,
            "dossier_id": it.dossier_id,
            "reasons": it.reasons,
            "reasons_vi": [REASONS[at] for at in it.reasons],
        }
        for it in taken.rejected
    ]
    return {
        "id": batch_name(taken.one_stop_id, taken.batch_id),
        "batch_id": taken.batch_id,
        "one_stop_id": taken.one_stop_id,
        "totals": taken.totals,
        "accepted": taken.accepted,
        "rejected": rejected,
        "at": taken.at,
    }
