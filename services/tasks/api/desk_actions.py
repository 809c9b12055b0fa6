"""What the reform desk does about tasks."""

from typing import Any

from flask import Response

from services.chassis.http.guards import Bearer, guarded_blueprint
from services.tasks.api.actions import action, done
from services.tasks.api.forms import ExtensionDecision, Noted, Reasoned
from services.tasks.api.service import leading
from services.tasks.api.tasks import PREFIX
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

_OF_DECISION = (UnknownExtension, ExtensionDecidedAlready, TaskHasEnded, OwnRequest, DecisionOutOfRange)

blueprint = guarded_blueprint(
    "desk-actions",
    __name__,
    url_prefix=PREFIX,
    guard=Bearer("tasks:lead"),
    description="What the desk does about tasks.",
)


@action(blueprint, "completion-acceptance", Noted, UnknownTask, NotReported, OwnReport)
def accept_completion(sent: dict[str, Any], task_id: str) -> Response:
    """Find a completion right. Whoever reported it cannot."""
    return done(wish.AcceptCompletion(task_id=task_id, **leading(sent)))


@action(blueprint, "completion-return", Reasoned, UnknownTask, NotReported)
def return_completion(sent: dict[str, Any], task_id: str) -> Response:
    """Send a completion back."""
    return done(wish.ReturnCompletion(task_id=task_id, **leading(sent)))


@action(blueprint, "cancellation", Reasoned, UnknownTask, TaskHasEnded)
def cancel_task(sent: dict[str, Any], task_id: str) -> Response:
    """Let nobody have to do a task; the parts that are not completed go with it."""
    return done(wish.CancelTask(task_id=task_id, **leading(sent)))


@action(blueprint, "reopening", Reasoned, UnknownTask, NotEnded, HasParts)
def reopen_task(sent: dict[str, Any], task_id: str) -> Response:
    """Let a task that had ended go on."""
    return done(wish.ReopenTask(task_id=task_id, **leading(sent)))


@action(blueprint, "extension-decisions", ExtensionDecision, UnknownTask, *_OF_DECISION)
def decide_extension(sent: dict[str, Any], task_id: str) -> Response:
    """Grant a later deadline, grant it in part, or refuse it. The first deadline is never lost."""
    return done(wish.DecideExtension(task_id=task_id, **leading(sent)))
