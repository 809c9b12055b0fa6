"""Files that prove work: sent as multipart, known by their content, named by their hash, given back as they came."""

import hashlib
from typing import Any

from flask import Response, request
from marshmallow import ValidationError

from services.chassis.http.blueprints import refuses
from services.chassis.http.guards import Bearer, guard, guarded_blueprint
from services.chassis.http.idempotency import command_key, idempotent
from services.chassis.http.refusals import FieldsInvalid
from services.tasks.adapters.file_table import keep_file
from services.tasks.adapters.file_types import media_type_of
from services.tasks.api.forms import FileForm, TaskDetail
from services.tasks.api.service import ACTING, acting, tasks
from services.tasks.api.tasks import PREFIX, task_answer
from services.tasks.domain.commands import AttachEvidence
from services.tasks.domain.errors import (
    EvidenceExists,
    FileRefused,
    NotInHand,
    TaskOfAnotherUnit,
    UnknownEvidence,
    UnknownTask,
)
from services.tasks.domain.events import EvidenceFile
from services.tasks.domain.task import Task
from services.tasks.handlers.kinds import TASK

LONGEST_NAME = 200

blueprint = guarded_blueprint(
    "task-files", __name__, url_prefix=PREFIX, guard=Bearer("tasks:act"), description="Files that prove work."
)

_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["unit_id", "file"],
                "properties": {
                    "unit_id": {"type": "string", "description": "The unit for which the caller acts."},
                    "title": {"type": "string", "maxLength": 300},
                    "file": {"type": "string", "format": "binary", "description": "PDF, PNG, JPEG, DOCX or XLSX."},
                },
            }
        }
    },
}


@blueprint.route("/<task_id>/files", methods=["POST"])
@refuses(*ACTING, FieldsInvalid, UnknownTask, TaskOfAnotherUnit, NotInHand, EvidenceExists, FileRefused)
@idempotent
@blueprint.doc(requestBody=_FORM)
@blueprint.response(201, TaskDetail)
def attach_file(task_id: str) -> Response:
    """Attach a file to a task. The whole request may have one megabyte; the same file again is not attached twice."""
    told = acting(_form())
    sent = request.files.get("file")
    if sent is None:
        raise FieldsInvalid("Send the file in the field `file`.")
    body = sent.stream.read()
    file = _described(sent.filename or "", body)
    command = AttachEvidence(
        task_id=task_id,
        evidence_id=str(command_key().id),
        kind="file",
        file=file,
        **{**told, "title": told["title"] or file.name},
    )
    at = tasks().desk.attach(command, lambda connection: keep_file(connection, file.sha256, file.media_type, body))
    return task_answer(at, status=201)


@blueprint.route("/<task_id>/files/<evidence_id>")
@guard(Bearer("tasks:read"))
@refuses(UnknownTask, UnknownEvidence)
@blueprint.doc(responses={200: {"description": "The file.", "content": {"*/*": {"schema": {"type": "string"}}}}})
def read_file(task_id: str, evidence_id: str) -> Response:
    """Read a file back, byte for byte."""
    file = _file_of(tasks().streams.load(TASK, task_id).state, evidence_id)
    body = tasks().files.body(file.sha256) if file is not None else None
    if file is None or body is None:
        raise UnknownEvidence(task_id=task_id, evidence_id=evidence_id)
    answer = Response(body, content_type=file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.sha256[:16]}"'
    answer.headers["ETag"] = f'"{file.sha256}"'
    return answer


def _file_of(state: Task, evidence_id: str) -> EvidenceFile | None:
    if state.assigned is None:
        raise UnknownTask
    return next((known.file for known in state.evidence if known.evidence_id == evidence_id), None)


def _form() -> dict[str, Any]:
    try:
        told: dict[str, Any] = FileForm().load(request.form.to_dict())
    except ValidationError as error:
        raise FieldsInvalid("Fields beside the file are wrong.", fields=error.messages) from None
    return told


def _described(name: str, body: bytes) -> EvidenceFile:
    media_type = media_type_of(body)
    if not body or media_type is None:
        raise FileRefused("Send a PDF, PNG, JPEG, DOCX or XLSX file.", name=name[:LONGEST_NAME])
    plain = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return EvidenceFile(
        name=plain[-LONGEST_NAME:] or "tep",
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        media_type=media_type,
    )
