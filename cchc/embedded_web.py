"""The process of the embedded profile that takes commands and shows pages."""

import socket
from typing import Any, cast

import uvicorn
from a2wsgi import WSGIMiddleware
from flask import Flask
from starlette.types import ASGIApp

from cchc.data_folder import DataFolder
from cchc.front import KIOSK, Front, kiosk_files
from cchc.noted_stores import note_stores, require_noted_stores
from cchc.serving import serving
from cchc.whole_bodies import Room, WholeBodies
from services.chassis.event_store.port import EventStore
from services.chassis.http.internal import Check, create_internal_app
from services.chassis.http.rates import Rates
from services.chassis.http.runtime import runtime_of
from services.chassis.logging import configure_logging
from services.chassis.metrics import Metrics
from services.chassis.service_client import WsgiClient
from services.chassis.settings import DATA, HOST, INTERNAL_PORT, LOG_LEVEL, PORT, Environment
from services.gateway import bootstrap as gateway
from services.gateway.config import Settings as GatewaySettings
from services.indicators import app as indicators_app
from services.indicators import bootstrap as indicators
from services.indicators.config import Settings as IndicatorsSettings
from services.survey import app as survey_app
from services.survey import bootstrap as survey
from services.survey.config import Settings as SurveySettings
from services.tasks import app as tasks_app
from services.tasks import bootstrap as tasks
from services.tasks.config import Settings as TasksSettings

WEB_THREADS = 16


def migrate_web(env: Environment) -> None:
    """Bring the files that the web process writes to this release's schema."""
    survey.migrate(SurveySettings.from_env(env))
    tasks.migrate(TasksSettings.from_env(env))
    indicators.migrate(IndicatorsSettings.from_env(env))
    settings = GatewaySettings.from_env(env)
    gateway.migrate(settings)


def run(env: Environment) -> None:
    """Serve until told to stop."""
    configure_logging("web", level=env.text(LOG_LEVEL))
    folder = DataFolder(env.path(DATA))
    require_noted_stores(folder)
    migrate_web(env)
    note_stores(folder)
    metrics = Metrics()
    door, internal = listen(env.text(HOST), env.integer(PORT)), listen("127.0.0.1", env.integer(INTERNAL_PORT))
    app = _front(env, metrics, internal_port=internal.getsockname()[1])
    uvicorn.Server(serving(app, env)).run(sockets=[door, internal])


def _front(env: Environment, metrics: Metrics, *, internal_port: int) -> Front:
    survey_settings = SurveySettings.from_env(env)
    taking_ballots = survey.build(survey_settings, metrics=metrics)
    survey_flask = survey_app.app_of(taking_ballots, survey_settings, metrics=metrics)
    leading = tasks.build(TasksSettings.from_env(env), metrics=metrics)
    tasks_flask = tasks_app.app_of(leading, metrics=metrics)
    indicators_settings = IndicatorsSettings.from_env(env)
    measuring = indicators.build(indicators_settings, metrics=metrics)
    folder = indicators.build_folder(indicators_settings, read_only=True)
    figures = indicators_app.app_of(measuring, folder, metrics=metrics)
    ways = {"survey": WsgiClient(survey_flask), "tasks": WsgiClient(tasks_flask), "indicators": WsgiClient(figures)}
    people = gateway.build(GatewaySettings.from_env(env), metrics=metrics, services=ways)
    checks = [
        _reads("survey", taking_ballots.streams.store),
        _reads("gateway", people.store),
        _reads("tasks", leading.streams.store),
        _reads("indicators", measuring.streams.store),
        Check("tablet_reports", taking_ballots.reports.why_not_sent),
    ]
    health = threaded(create_internal_app(metrics, checks))
    room, rates = Room(), Rates.from_env(env)
    for app in (survey_flask, tasks_flask, figures, people.app):
        runtime_of(app).rates = rates
    apps: dict[str, ASGIApp] = {
        "/streams/": people.streams,
        "/kiosk/": kiosk_files(KIOSK),
        "/api/survey/": WholeBodies(threaded(survey_flask), room),
        "/api/tasks/": WholeBodies(threaded(tasks_flask), room),
        "/api/indicators/": WholeBodies(threaded(figures), room),
        "": WholeBodies(threaded(people.app), room),
    }
    return Front(apps, internal=dict.fromkeys(("/livez", "/readyz", "/metrics"), health), internal_port=internal_port)


def _reads(name: str, store: EventStore) -> Check:
    def why_not() -> None:
        store.last_position()

    return Check(name, why_not)


def threaded(app: Flask) -> ASGIApp:
    """Run an app on threads of its own. Its answers come in one piece, so that slow readers hold none of them."""
    # a2wsgi types ASGI messages more narrowly than starlette does; both are the same protocol.
    return cast("ASGIApp", WSGIMiddleware(cast("Any", app), workers=WEB_THREADS))


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address, an IPv6 one too; 0 takes a free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sends an answer's body without waiting for its headers to be acknowledged.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening
