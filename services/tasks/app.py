"""The tasks service's Flask app: `gunicorn "services.tasks.app:create_app()"`."""

from flask import Flask

from services.chassis.http.app import create_base_app, publish_api
from services.chassis.http.internal import Check
from services.chassis.http.own_process import in_own_process
from services.chassis.metrics import Metrics
from services.tasks.api import (
    desk_actions,
    events,
    files,
    inbox,
    plans,
    report_duties,
    reports,
    schedule,
    task_actions,
    tasks,
)
from services.tasks.api.service import attach
from services.tasks.bootstrap import build
from services.tasks.config import Settings
from services.tasks.handlers.service import Tasks

BLUEPRINTS = (
    plans.blueprint,
    tasks.blueprint,
    task_actions.blueprint,
    desk_actions.blueprint,
    files.blueprint,
    report_duties.blueprint,
    reports.blueprint,
    inbox.blueprint,
    schedule.blueprint,
    events.blueprint,
)
"""Every blueprint of the service."""


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of one process: read the settings, open the store, publish the API."""
    told = settings or Settings.from_env()
    return in_own_process("tasks", lambda metrics: app_of(build(told, metrics=metrics), metrics=metrics))


def app_of(service: Tasks, *, metrics: Metrics | None = None) -> Flask:
    """Make an app on a service that was put together before."""
    app = create_base_app(
        __name__,
        title="Nhiệm vụ",
        verifier=service.token_verifier,
        clock=service.clock,
        readiness=(Check("database", lambda: _probe(service)),),
        metrics=metrics,
    )
    attach(app, service)
    publish_api(app, "tasks", BLUEPRINTS)
    return app


def _probe(service: Tasks) -> str | None:
    service.streams.store.last_position()
    return None
