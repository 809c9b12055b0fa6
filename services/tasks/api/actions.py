"""What every action on a task shares: its address below the task, the version that is optional, the task as the answer."""

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema

from services.chassis.domain import Refusal
from services.chassis.http.blueprints import GuardedBlueprint, refuses
from services.chassis.http.etags import seen_version, versioned
from services.tasks.api.forms import TaskDetail
from services.tasks.api.service import tasks
from services.tasks.api.tasks import task_answer
from services.tasks.domain.commands import TaskAction

View = Callable[[dict[str, Any], str], Response]


def action(
    blueprint: GuardedBlueprint, path: str, form: type[Schema], *refusals: type[Refusal]
) -> Callable[[View], View]:
    """Add a route by which somebody does something about a task; it takes a form and answers with the task."""

    def add(view: View) -> View:
        answering = blueprint.arguments(form)(blueprint.response(200, TaskDetail)(view))
        documented = refuses(*refusals)(versioned(answering))
        added: View = blueprint.route(f"/<task_id>/{path}", methods=["POST"])(documented)
        return added

    return add


def done(command: TaskAction) -> Response:
    """Handle a command and answer with the task as it stands then."""
    return task_answer(tasks().desk.handle(command, expected_version=seen_version()))
