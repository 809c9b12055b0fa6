"""The gateway's web process: `gunicorn "services.gateway.app:create_app()"`."""

from flask import Flask
from starlette.applications import Starlette

from services.chassis.http.rates import Rates
from services.chassis.http.runtime import runtime_of
from services.chassis.settings import Environment
from services.gateway.bootstrap import build
from services.gateway.config import Settings


def create_app() -> Flask:
    """Make portal, directory and reporting, told by the environment."""
    app = build(Settings.from_env()).app
    runtime_of(app).rates = Rates.from_env(Environment())
    return app


def create_streams_app() -> Starlette:
    """Make the streams, told by the environment; an ASGI process of its own in the distributed profile."""
    return build(Settings.from_env()).streams
