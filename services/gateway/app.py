"""The gateway's web process: `gunicorn "services.gateway.app:create_app()"`."""

from flask import Flask
from starlette.applications import Starlette

from services.chassis.http.own_process import in_own_process
from services.chassis.logging import configure_logging
from services.chassis.settings import LOG_LEVEL, Environment
from services.gateway.bootstrap import build
from services.gateway.config import Settings


def create_app() -> Flask:
    """Make portal, directory and reporting, told by the environment."""
    return in_own_process("gateway", lambda metrics: build(Settings.from_env(), metrics=metrics).app)


def create_streams_app() -> Starlette:
    """Make the streams, told by the environment; an ASGI process of its own in the distributed profile."""
    configure_logging("gateway-streams", level=Environment().text(LOG_LEVEL))
    return build(Settings.from_env()).streams
