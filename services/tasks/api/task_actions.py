"""What units do about their tasks. Each body names the unit for which the caller acts."""

from typing import Any

from flask import Response

from services.chassis.http.guards import Bearer, guarded_blueprint
from services.chassis.http.idempotency import command_key, idempotent
from services.chassis.units import UnknownUnit
from services.tasks.api.actions import action, done
from services.tasks.api.forms import Document, ExtensionWish, Progress, Splitting, UnitNoted, UnitReasoned
from services.tasks.api.service import ACTING, ForUnit, acting, known_units
from services.tasks.api.tasks import PREFIX
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
_OF_EXTENSION = (NotInHand, NoDeadline, ExtensionPending, ExtensionNotLater, DeadlineInPast)

blueprint = guarded_blueprint(
    "task-actions", __name__, url_prefix=PREFIX, guard=Bearer("tasks:act"), description="What units do about tasks."
)


@action(blueprint, "acceptance", ForUnit, *_OF_UNIT, NotAwaitingAcceptance)
def accept_task(sent: dict[str, Any], task_id: str) -> Response:
    """Take a task on."""
    return done(wish.AcceptTask(task_id=task_id, **acting(sent)))


@action(blueprint, "refusal", UnitReasoned, *_OF_UNIT, NotAwaitingAcceptance)
def refuse_task(sent: dict[str, Any], task_id: str) -> Response:
    """Say why a task is not the unit's own."""
    return done(wish.RefuseTask(task_id=task_id, **acting(sent)))


@action(blueprint, "progress", Progress, *_OF_UNIT, NotInHand)
def report_progress(sent: dict[str, Any], task_id: str) -> Response:
    """Say how far it is."""
    return done(wish.ReportProgress(task_id=task_id, **acting(sent)))


@action(blueprint, "evidence", Document, *_OF_UNIT, NotInHand, EvidenceExists)
@idempotent
def attach_document(sent: dict[str, Any], task_id: str) -> Response:
    """Name a document that proves the work."""
    told = {**acting(sent), "signer": sent["signer"] or None}
    return done(wish.AttachEvidence(task_id=task_id, evidence_id=str(command_key().id), **told))


@action(blueprint, "completion", UnitNoted, *_OF_UNIT, NotInHand, PartsOpen)
def report_completion(sent: dict[str, Any], task_id: str) -> Response:
    """Say that it is done; somebody else checks it."""
    return done(wish.ReportCompletion(task_id=task_id, **acting(sent)))


@action(blueprint, "split", Splitting, *_OF_UNIT, NotInHand, PartsUnclear, TaskExists, UnknownUnit)
def split_task(sent: dict[str, Any], task_id: str) -> Response:
    """Pass a task down in parts, each a task of its own."""
    told = acting(sent)
    known_units({part["unit_id"] for part in sent["parts"]})
    parts = tuple(wish.Part(**part) for part in told.pop("parts"))
    return done(wish.SplitTask(task_id=task_id, parts=parts, **told))


@action(blueprint, "extensions", ExtensionWish, *_OF_UNIT, *_OF_EXTENSION)
def request_extension(sent: dict[str, Any], task_id: str) -> Response:
    """Ask for a later deadline."""
    return done(wish.RequestExtension(task_id=task_id, **acting(sent)))
