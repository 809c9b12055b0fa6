"""What units do about their tasks. Each body names the unit for which the caller acts."""

from typing import Any

from flask import Response

from services.chassis.http.blueprints import refuses
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.chassis.http.idempotency import command_key, idempotent
from services.chassis.units import UnknownUnit
from services.tasks.api.forms import (
    Document,
    ExtensionWish,
    Progress,
    Splitting,
    TaskDetail,
    UnitNoted,
    UnitReasoned,
)
from services.tasks.api.service import ACTING, ForUnit, acting, known_units, seen_version, tasks, versioned
from services.tasks.api.tasks import PREFIX, task_answer
from services.tasks.domain import commands as wish
from services.tasks.domain.errors import (
    DeadlineInPast,
    EvidenceExists,
    ExtensionNotLater,
    ExtensionPending,
    NoDeadline,
    NotAwaitingAcceptance,
    NotInHand,
    PartsOpen,
    PartsUnclear,
    TaskExists,
    TaskOfAnotherUnit,
    UnknownTask,
)

_OF_UNIT = (*ACTING, UnknownTask, TaskOfAnotherUnit)

blueprint = guarded_blueprint(
    "task-actions", __name__, url_prefix=PREFIX, guard=Bearer("tasks:act"), description="What units do about tasks."
)


@blueprint.route("/<task_id>/acceptance", methods=["POST"])
@refuses(*_OF_UNIT, NotAwaitingAcceptance)
@versioned
@blueprint.arguments(ForUnit)
@blueprint.response(200, TaskDetail)
def accept_task(sent: dict[str, Any], task_id: str) -> Response:
    """Take a task on."""
    return _act(wish.AcceptTask(task_id=task_id, **acting(sent)))


@blueprint.route("/<task_id>/refusal", methods=["POST"])
@refuses(*_OF_UNIT, NotAwaitingAcceptance)
@versioned
@blueprint.arguments(UnitReasoned)
@blueprint.response(200, TaskDetail)
def refuse_task(sent: dict[str, Any], task_id: str) -> Response:
    """Say why a task is not the unit's own."""
    return _act(wish.RefuseTask(task_id=task_id, **acting(sent)))


@blueprint.route("/<task_id>/progress", methods=["POST"])
@refuses(*_OF_UNIT, NotInHand)
@versioned
@blueprint.arguments(Progress)
@blueprint.response(200, TaskDetail)
def report_progress(sent: dict[str, Any], task_id: str) -> Response:
    """Say how far it is."""
    return _act(wish.ReportProgress(task_id=task_id, **acting(sent)))


@blueprint.route("/<task_id>/evidence", methods=["POST"])
@refuses(*_OF_UNIT, NotInHand, EvidenceExists)
@versioned
@idempotent
@blueprint.arguments(Document)
@blueprint.response(200, TaskDetail)
def attach_document(sent: dict[str, Any], task_id: str) -> Response:
    """Name a document that proves the work."""
    told = {**acting(sent), "signer": sent["signer"] or None}
    return _act(wish.AttachEvidence(task_id=task_id, evidence_id=str(command_key().id), **told))


@blueprint.route("/<task_id>/completion", methods=["POST"])
@refuses(*_OF_UNIT, NotInHand, PartsOpen)
@versioned
@blueprint.arguments(UnitNoted)
@blueprint.response(200, TaskDetail)
def report_completion(sent: dict[str, Any], task_id: str) -> Response:
    """Say that it is done; somebody else checks it."""
    return _act(wish.ReportCompletion(task_id=task_id, **acting(sent)))


@blueprint.route("/<task_id>/split", methods=["POST"])
@refuses(*_OF_UNIT, NotInHand, PartsUnclear, TaskExists, UnknownUnit)
@versioned
@blueprint.arguments(Splitting)
@blueprint.response(200, TaskDetail)
def split_task(sent: dict[str, Any], task_id: str) -> Response:
    """Pass a task down in parts, each a task of its own."""
    told = acting(sent)
    known_units({part["unit_id"] for part in sent["parts"]})
    parts = tuple(wish.Part(**part) for part in told.pop("parts"))
    return _act(wish.SplitTask(task_id=task_id, parts=parts, **told))


@blueprint.route("/<task_id>/extensions", methods=["POST"])
@refuses(*_OF_UNIT, NotInHand, NoDeadline, ExtensionPending, ExtensionNotLater, DeadlineInPast)
@versioned
@blueprint.arguments(ExtensionWish)
@blueprint.response(200, TaskDetail)
def request_extension(sent: dict[str, Any], task_id: str) -> Response:
    """Ask for a later deadline."""
    return _act(wish.RequestExtension(task_id=task_id, **acting(sent)))


def _act(command: wish.UnitAction) -> Response:
    return task_answer(tasks().desk.handle(command, expected_version=seen_version()))
