"""The survey service's Flask app: `gunicorn "services.survey.app:create_app()"`."""

from flask import Flask

from services.chassis.http.app import create_base_app, publish_api
from services.chassis.http.guards import admit_devices
from services.chassis.http.internal import Check
from services.chassis.http.own_process import in_own_process
from services.chassis.metrics import Metrics
from services.survey.api import (
    backups,
    ballots,
    cards,
    counter_days,
    counters,
    devices,
    quarantine,
    questionnaires,
    surveys,
    tablets,
)
from services.survey.api.service import attach
from services.survey.bootstrap import build, configuration_key
from services.survey.config import Settings
from services.survey.handlers.service import Survey

BLUEPRINTS = (
    ballots.blueprint,
    tablets.blueprint,
    devices.blueprint,
    questionnaires.blueprint,
    surveys.blueprint,
    counters.blueprint,
    counter_days.blueprint,
    cards.blueprint,
    quarantine.blueprint,
    backups.blueprint,
)
"""Every blueprint of the service."""


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of one process: read the settings, open the store, publish the API."""
    told = settings or Settings.from_env()
    return in_own_process("survey", lambda metrics: app_of(build(told, metrics=metrics), told, metrics=metrics))


def app_of(service: Survey, settings: Settings, *, metrics: Metrics | None = None) -> Flask:
    """Make an app on a service that was put together before."""
    app = create_base_app(
        __name__,
        title="Khảo sát",
        verifier=service.token_verifier,
        clock=service.clock,
        readiness=(
            Check("database", lambda: _probe(service)),
            Check("tablet_reports", service.reports.why_not_sent),
        ),
        metrics=metrics,
    )
    attach(app, service, configuration_key(settings))
    admit_devices(app, service.device_verifier)
    publish_api(app, "survey", BLUEPRINTS)
    return app


def _probe(service: Survey) -> str | None:
    service.streams.store.last_position()
    return None
