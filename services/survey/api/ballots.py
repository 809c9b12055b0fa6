"""Tablets send what citizens said."""

from flask import Response, g, request
from marshmallow import Schema, fields

from services.chassis.http.blueprints import accepts_gzip, refuses
from services.chassis.http.bodies import json_answer, unpacked_body
from services.chassis.http.guards import SignedDevice, guarded_blueprint
from services.chassis.http.refusals import BodyTooLarge, MediaTypeRefused
from services.survey.adapters.tablet_wire import MOST_LINES, read_line, split_lines
from services.survey.api.service import survey
from services.survey.domain.errors import UnknownDevice

CONTENT_TYPE = "application/x-ndjson"

blueprint = guarded_blueprint(
    "ballots",
    __name__,
    url_prefix="/api/survey/v1/ballots",
    guard=SignedDevice(),
    description="What citizens said, as tablets send it.",
)


class BatchResult(Schema):
    """What became of one line."""

    entry_id = fields.String(allow_none=True, required=True)
    seq = fields.Integer(allow_none=True, required=True)
    sha256 = fields.String(required=True)
    verdict = fields.String(required=True, metadata={"enum": ["created", "already_have", "conflict", "quarantined"]})


class BatchAnswer(Schema):
    """Each line's verdict, the ranges to send again, and how far a backup holds the tablet's envelopes."""

    results = fields.List(fields.Nested(BatchResult), required=True)
    missing = fields.List(fields.List(fields.Integer()), required=True)
    backed_up_through = fields.Integer(required=True)


class TooManyLines(BodyTooLarge):
    """Raised when a batch holds more lines than are read."""

    code = "too_many_lines"
    title = "Lô gửi có quá nhiều dòng"


@blueprint.route("/batch", methods=["POST"])
@accepts_gzip
@refuses(TooManyLines, MediaTypeRefused)
@blueprint.doc(
    requestBody={
        "required": True,
        "description": f"One envelope per line, at most {MOST_LINES}; a line's bytes are the envelope.",
        "content": {CONTENT_TYPE: {"schema": {"type": "string"}}},
    }
)
@blueprint.response(200, BatchAnswer)
def receive_batch() -> Response:
    """Take a batch of envelopes; every line is answered, and none is refused."""
    if request.mimetype != CONTENT_TYPE:
        raise MediaTypeRefused(f"Send the body as {CONTENT_TYPE}.")
    lines = split_lines(unpacked_body())
    if len(lines) > MOST_LINES:
        raise TooManyLines(f"A batch may have {MOST_LINES} lines.", limit_lines=MOST_LINES)
    service = survey()
    device = service.devices.find(g.device_id)
    if device is None:
        raise UnknownDevice(device_id=g.device_id)
    now = service.clock.now()
    answer = service.receiver.receive(device, [read_line(line) for line in lines], now)
    if g.device_is_there:
        service.reports.note(device.device_id, service.memory.tablet(device.device_id).at.state, now)
    return json_answer(answer)
