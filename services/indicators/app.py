"""The indicators service's Flask app: `gunicorn "services.indicators.app:create_app()"`."""

from flask import Flask

from services.chassis.http.app import create_base_app, publish_api
from services.chassis.http.internal import Check
from services.chassis.http.own_process import in_own_process
from services.chassis.identity import TokenVerifier
from services.chassis.identity.key_sets import key_set
from services.chassis.metrics import Metrics
from services.indicators.api import counter_results
from services.indicators.bootstrap import Indicators, build
from services.indicators.config import Settings
from services.indicators.projections.counter_results import CounterResults

BLUEPRINTS = (counter_results.blueprint,)
"""Every blueprint of the service."""


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of one process: read the settings, open the folder's tables for reading, publish the API."""
    told = settings or Settings.from_env()

    def make(metrics: Metrics) -> Flask:
        service = build(told, read_only=True)
        return app_of(service, TokenVerifier(key_set(told.keys, told.jwks_url), clock=service.clock), metrics=metrics)

    return in_own_process("indicators", make)


def app_of(service: Indicators, verifier: TokenVerifier, *, metrics: Metrics | None = None) -> Flask:
    """Make an app on a service that was put together before."""
    app = create_base_app(
        __name__,
        title="Chỉ số",
        verifier=verifier,
        clock=service.clock,
        readiness=(Check("database", lambda: _probe(service)),),
        metrics=metrics,
    )
    results = CounterResults(
        engine=service.engine,
        folder=service.folder,
        units=service.units,
        satisfied_scores=service.satisfied_scores,
    )
    counter_results.attach(app, results, service.clock)
    publish_api(app, "indicators", BLUEPRINTS)
    return app


def _probe(service: Indicators) -> str | None:
    service.store.last_position()
    return None
