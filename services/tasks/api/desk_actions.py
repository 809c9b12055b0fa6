"""What the reform desk does about tasks."""

from typing import Any

from flask import Response

from services.chassis.http.blueprints import refuses
from services.chassis.http.guards import Bearer, guarded_blueprint
from services.tasks.api.forms import ExtensionDecision, Noted, Reasoned, TaskDetail
from services.tasks.api.service import leading, seen_version, tasks, versioned
from services.tasks.api.tasks import PREFIX, task_answer
from services.tasks.domain import commands as wish
from services.tasks.domain.errors import (
    DecisionOutOfRange,
    ExtensionDecidedAlready,
    HasParts,
    NotEnded,
    NotReported,
    OwnReport,
    OwnRequest,
    TaskHasEnded,
    UnknownExtension,
    UnknownTask,
)

blueprint = guarded_blueprint(
    "desk-actions",
    __name__,
    url_prefix=PREFIX,
    guard=Bearer("tasks:lead"),
    description="What the desk does about tasks.",
)


@blueprint.route("/<task_id>/completion-acceptance", methods=["POST"])
@refuses(UnknownTask, NotReported, OwnReport)
@versioned
@blueprint.arguments(Noted)
@blueprint.response(200, TaskDetail)
def accept_completion(sent: dict[str, Any], task_id: str) -> Response:
    """Find a completion right. Whoever reported it cannot."""
    return _lead(wish.AcceptCompletion(task_id=task_id, **leading(sent)))


@blueprint.route("/<task_id>/completion-return", methods=["POST"])
@refuses(UnknownTask, NotReported)
@versioned
@blueprint.arguments(Reasoned)
@blueprint.response(200, TaskDetail)
def return_completion(sent: dict[str, Any], task_id: str) -> Response:
    """Send a completion back."""
    return _lead(wish.ReturnCompletion(task_id=task_id, **leading(sent)))


@blueprint.route("/<task_id>/cancellation", methods=["POST"])
@refuses(UnknownTask, TaskHasEnded)
@versioned
@blueprint.arguments(Reasoned)
@blueprint.response(200, TaskDetail)
def cancel_task(sent: dict[str, Any], task_id: str) -> Response:
    """Let nobody have to do a task; the parts that are not completed go with it."""
    return _lead(wish.CancelTask(task_id=task_id, **leading(sent)))


@blueprint.route("/<task_id>/reopening", methods=["POST"])
@refuses(UnknownTask, NotEnded, HasParts)
@versioned
@blueprint.arguments(Reasoned)
@blueprint.response(200, TaskDetail)
def reopen_task(sent: dict[str, Any], task_id: str) -> Response:
    """Let a task that had ended go on."""
    return _lead(wish.ReopenTask(task_id=task_id, **leading(sent)))


@blueprint.route("/<task_id>/extension-decisions", methods=["POST"])
@refuses(UnknownTask, UnknownExtension, ExtensionDecidedAlready, TaskHasEnded, OwnRequest, DecisionOutOfRange)
@versioned
@blueprint.arguments(ExtensionDecision)
@blueprint.response(200, TaskDetail)
def decide_extension(sent: dict[str, Any], task_id: str) -> Response:
    """Grant a later deadline, grant it in part, or refuse it. The first deadline is never lost."""
    return _lead(wish.DecideExtension(task_id=task_id, **leading(sent)))


def _lead(command: wish.TaskAction) -> Response:
    return task_answer(tasks().desk.handle(command, expected_version=seen_version()))
