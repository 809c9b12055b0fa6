"""The indicators service's Flask app: `gunicorn "services.indicators.app:create_app()"`."""

from flask import Flask

from services.chassis.http.app import create_base_app, publish_api
from services.chassis.http.internal import Check
from services.chassis.http.rates import Rates
from services.chassis.http.runtime import runtime_of
from services.chassis.identity import TokenVerifier
from services.chassis.logging import configure_logging
from services.chassis.metrics import Metrics
from services.chassis.settings import LOG_LEVEL, Environment
from services.indicators.api import counter_results
from services.indicators.bootstrap import Indicators, build, key_set
from services.indicators.config import Settings
from services.indicators.projections.counter_results import CounterResults

BLUEPRINTS = (counter_results.blueprint,)
"""Every blueprint of the service."""


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of one process: read the settings, open the folder's tables for reading, publish the API."""
    settings = settings or Settings.from_env()
    configure_logging("indicators", level=Environment().text(LOG_LEVEL))
    service = build(settings, read_only=True)
    app = app_of(service, TokenVerifier(key_set(settings), clock=service.clock))
    runtime_of(app).rates = Rates.from_env(Environment())
    return app


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
