"""The indicators service's Flask app: `gunicorn "services.indicators.app:create_app()"`."""

from flask import Flask

from services.chassis.event_store.port import EventStore
from services.chassis.http.app import create_base_app, publish_api
from services.chassis.http.internal import Check
from services.chassis.http.own_process import in_own_process
from services.chassis.metrics import Metrics
from services.indicators.api import counter_results, definitions, intake, measurements, registers, targets
from services.indicators.api import service as own
from services.indicators.bootstrap import FigureFolder, build, build_folder
from services.indicators.config import Settings
from services.indicators.handlers.service import Indicators
from services.indicators.projections.counter_results import CounterResults
from services.indicators.projections.reading_sources import Sources

BLUEPRINTS = (
    counter_results.blueprint,
    definitions.blueprint,
    targets.blueprint,
    measurements.blueprint,
    registers.blueprint,
    intake.blueprint,
)
"""Every blueprint of the service."""


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of one process: read the settings, open the store and the folder's tables, publish the API."""
    told = settings or Settings.from_env()

    def make(metrics: Metrics) -> Flask:
        return app_of(build(told, metrics=metrics), build_folder(told, read_only=True), metrics=metrics)

    return in_own_process("indicators", make)


def app_of(service: Indicators, figures: FigureFolder, *, metrics: Metrics | None = None) -> Flask:
    """Make an app on a service and a folder that were put together before."""
    app = create_base_app(
        __name__,
        title="Chỉ số",
        verifier=service.token_verifier,
        clock=service.clock,
        readiness=(
            Check("database", lambda: _probe(service.streams.store)),
            Check("folder", lambda: _probe(figures.store)),
        ),
        metrics=metrics,
    )
    results = CounterResults(
        engine=figures.engine,
        folder=figures.folder,
        units=figures.units,
        satisfied_scores=figures.satisfied_scores,
    )
    counter_results.attach(app, results, service.clock)
    own.attach(app, service, _sources(service, figures))
    publish_api(app, "indicators", BLUEPRINTS)
    return app


def _sources(service: Indicators, figures: FigureFolder) -> Sources:
    return Sources(
        own=service.read_model,
        folder=service.folder_model,
        running=figures.running,
        units_view=figures.units,
        satisfied_scores=figures.satisfied_scores,
    )


def _probe(store: EventStore) -> str | None:
    store.last_position()
    return None
